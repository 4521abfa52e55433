// The menu of every chart: files for paper and slides, its numbers, the link to this state, and the
// lines of Python that make it. A button at the corner of each chart opens it; the server makes what is
// chosen (chart_menu.py) and this part hands it over.
hub.define("exports", (component) => {
  const { element } = hub;
  const PATIENCE_MS = 30000;
  const GAP = 4;
  const WIDTHS = { column: "Column, 8.5 cm", slide: "Slide, 25 cm" };
  const CHOICES = [
    ["SVG", { what: "svg" }],
    ["PDF", { what: "pdf" }],
    ["PNG, for screens", { what: "png", scale: 2 }],
    ["PNG, for print", { what: "png", scale: 4 }],
    ["Data (CSV)", { what: "csv" }],
    ["Python", { what: "python" }],
  ];
  const TYPES = { svg: "image/svg+xml", pdf: "application/pdf", png: "image/png", csv: "text/csv" };
  let opener = null; // the button whose menu is open
  let asked = null; // what the server is making
  let width = "column";

  const item = (label, work, role = "menuitem") =>
    element("button", { type: "button", role, tabindex: -1, onclick: work }, label);
  const sizes = Object.entries(WIDTHS).map(([name, label]) => {
    const choice = item(label, () => choose(name), "menuitemradio");
    choice.dataset.width = name;
    return choice;
  });
  const head = element("div", { class: "head" });
  const said = element("p", { role: "status" });
  const lines = element("textarea", { readonly: "", rows: 9, spellcheck: "false", "aria-label": "Lines of Python" });
  const copyLines = element("button", { type: "button", onclick: () => copy(lines.value, "The lines are copied.") }, "Copy");
  const python = element("div", { class: "python", hidden: "" }, lines, copyLines);
  const list = element(
    "div",
    { role: "menu", class: "list", onkeydown: walk },
    ...sizes,
    ...CHOICES.map(([label, what]) => item(label, () => ask(what))),
    item("Copy link", copyLink),
  );
  const menu = element(
    "div",
    { class: "live-menu live-part", hidden: "", onkeydown: keyed, onfocusout: left },
    head,
    list,
    said,
    python,
  );
  component.parentElement.append(menu);
  choose(width);

  // The buttons.
  const nameOf = (chart) => chart.dataset.chart.replaceAll("/", ", ");
  function place() {
    for (const chart of document.querySelectorAll("[data-chart]")) {
      let more = chart.querySelector(":scope > .live-more");
      if (!more) {
        const shows = { "aria-haspopup": "menu", "aria-expanded": "false", title: "Save or copy this chart" };
        more = element("button", { type: "button", class: "live-more", onclick: toggle, ...shows }, "⋮");
        chart.append(more);
      }
      const label = `Menu of the chart ${nameOf(chart)}`;
      if (more.getAttribute("aria-label") !== label) more.setAttribute("aria-label", label);
    }
  }
  function toggle(event) {
    const same = opener === event.currentTarget;
    close();
    if (!same) open(event.currentTarget);
  }
  function open(more) {
    opener = more;
    more.setAttribute("aria-expanded", "true");
    head.textContent = nameOf(chartOf(more));
    list.setAttribute("aria-label", more.getAttribute("aria-label"));
    say("");
    python.hidden = true;
    menu.hidden = false;
    settle();
    list.querySelector("[aria-checked='true']").focus({ preventScroll: true });
  }
  function close(back = false) {
    if (!opener) return;
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus({ preventScroll: true });
    opener = null;
    asked = null;
    menu.hidden = true;
  }
  const chartOf = (more) => more.closest("[data-chart]");
  // Below the button, inside of the window.
  function settle() {
    if (!opener?.isConnected) return close();
    const box = opener.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = menu;
    const left = Math.min(box.right - offsetWidth, innerWidth - offsetWidth - GAP);
    const top = Math.min(box.bottom + GAP, innerHeight - offsetHeight - GAP);
    menu.style.left = `${Math.max(GAP, left)}px`;
    menu.style.top = `${Math.max(GAP, top)}px`;
  }

  // Choosing.
  function choose(name) {
    width = name;
    for (const choice of sizes) choice.setAttribute("aria-checked", choice.dataset.width === name);
  }
  function ask({ what, scale = 2 }) {
    const chart = chartOf(opener).dataset.chart;
    asked = { seq: Date.now(), what };
    asked.timer = setTimeout(late, PATIENCE_MS, asked);
    python.hidden = true;
    say("One moment …");
    menu.setAttribute("aria-busy", "true");
    component.setStateValue("sent", { seq: asked.seq, chart, what, width, scale, ...hub.tell() });
  }
  function late(request) {
    if (asked === request) finish("The server did not answer. Try once more.");
  }
  function finish(words, failed = false) {
    clearTimeout(asked?.timer);
    asked = null;
    menu.removeAttribute("aria-busy");
    say(words, failed);
  }
  function say(words, failed = false) {
    said.textContent = words;
    said.hidden = !words;
    said.setAttribute("role", failed ? "alert" : "status");
    if (opener) settle();
  }
  function take(answer) {
    if (!asked || answer.seq !== asked.seq) return;
    const { what } = asked;
    if (answer.problem) return finish(answer.problem, true);
    if (answer.python !== undefined) {
      lines.value = answer.python;
      python.hidden = false;
      finish("For a notebook in Carousel's folder:");
      return copyLines.focus({ preventScroll: true });
    }
    save(answer.name, answer.file, TYPES[what]);
    finish(`${answer.name} is saved.`);
  }
  function save(name, file, type) {
    const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }
  function copyLink() {
    hub.writeLink();
    copy(location.href, "The link to this state is copied.");
  }
  async function copy(text, words) {
    try {
      await navigator.clipboard.writeText(text);
      say(words);
    } catch {
      say(byHand(text) ? words : "The browser does not let this page copy; select the text and copy it.", false);
    }
  }
  // Where the address is not https, a page may only copy what is selected.
  function byHand(text) {
    const back = document.activeElement;
    const field = element("textarea", { class: "copied" });
    field.value = text;
    menu.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    back?.focus({ preventScroll: true });
    return done;
  }

  // The keys, and leaving.
  function keyed(event) {
    if (event.key === "Escape") close(true);
    else if (event.key === "Tab" && python.hidden) close(true);
    event.stopPropagation();
  }
  function walk(event) {
    const items = [...list.children];
    const i = items.indexOf(document.activeElement);
    const to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  }
  function left(event) {
    if (event.relatedTarget && !menu.contains(event.relatedTarget) && event.relatedTarget !== opener) close();
  }
  function outside(event) {
    if (opener && !menu.contains(event.target) && !opener.contains(event.target)) close();
  }
  document.addEventListener("pointerdown", outside);
  document.addEventListener("scroll", settle, true);
  addEventListener("resize", settle);
  const off = [hub.on("charts", place), hub.on("idle", place)];

  return {
    update(next) {
      component = next;
      place();
      take(next.data);
    },
    close() {
      clearTimeout(asked?.timer);
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("scroll", settle, true);
      removeEventListener("resize", settle);
      for (const stop of off) stop();
      for (const more of document.querySelectorAll(".live-more")) more.remove();
    },
  };
});
