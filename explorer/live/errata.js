// The errata, each with its check. A press asks for a check on a fresh seed, the server answers with what
// it found; what it has no time for in one answer is asked for again.
const found = new Map(); // "000-11:3" -> what the check found
const LAST_SEED = 9999;

hub.define("errata", (component) => {
  const { element } = hub;
  const button = (label, work) => element("button", { type: "button", onclick: work }, label);
  const all = button("Check all shown", checkShown);
  const count = element("span", { class: "count", role: "status" });
  const progress = element("progress", { hidden: "", "aria-label": "Checks that are done" });
  const none = element("p", { class: "none", hidden: "" });
  const list = element("ul", { class: "live-rows", "aria-label": "Errata", tabindex: "0" });
  const head = element("div", { class: "head" }, all, progress, count);
  component.parentElement.append(element("div", { class: "live-errata" }, head, list));
  list.append(none);
  const rows = new Map(); // number -> its row
  const pressed = new Map(); // number -> seed, until the server has it
  let wanted = new Map(); // the same, as the server has it
  let seed = 0; // of the next check
  let asked = null; // what was sent last
  let total = 0; // checks that are on their way together

  const key = ([number, seed]) => `${number}:${seed}`;

  function build(errata) {
    for (const erratum of errata) {
      const made = row(erratum);
      rows.set(erratum.number, made);
      list.append(made.place);
    }
  }
  function row({ number, where, kinds, wrong, right, code, unchecked, fixed, equations }) {
    const chips = kinds.map(([kind, meaning]) => element("abbr", { title: meaning, tabindex: "0" }, kind));
    const who = element("div", { class: "who" }, element("b", {}, number), ...chips, element("span", {}, where));
    if (equations) {
      const see = button("in the index", () => hub.choose(component, { equations }));
      see.classList.add("see");
      see.title = "The equations that this is about, with their places in the code";
      who.append(see);
    }
    const said = (name, mark, words) =>
      element("p", { class: name }, element("span", { class: "mark", role: "img", "aria-label": name }, mark), words);
    const what = element("div", { class: "what" }, said("wrong", "✗", wrong), said("right", "✓", right));
    if (code) what.append(element("p", { class: "code" }, "Here: ", ...marked(code)));
    const check = element("div", { class: "check" });
    const result = element("div", { class: "result", role: "status" });
    if (unchecked) check.append(element("small", {}, `No check: ${unchecked}.`));
    else {
      const press = button("Check it now", () => checkOne(number));
      press.setAttribute("aria-label", `Check ${number} now`);
      check.append(press, result);
    }
    const place = element("li", { "data-number": number }, who, what, check);
    return { place, result, shown: "", checkable: !unchecked, fixed };
  }

  // `code` and *names of pages*
  const marked = (words) =>
    words.split(/(`[^`]+`|\*[A-Z][^*]+\*)/).map((part) => {
      if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
      return part.startsWith("*") ? element("i", {}, part.slice(1, -1)) : part;
    });

  function checkOne(number) {
    press([number]);
  }
  function checkShown() {
    press([...rows].filter(([, row]) => row.checkable && !row.place.hidden).map(([number]) => number));
  }
  function press(numbers) {
    for (const number of numbers) pressed.set(number, seed);
    if (numbers.length) seed = seed === LAST_SEED ? 0 : seed + 1;
    show();
    ask();
  }
  const open = () => [...new Map([...wanted, ...pressed])].filter((each) => !found.has(key(each)));
  function ask() {
    const check = open().map(key).join("_");
    if (!check || check === asked) return; // nothing to ask, or no answer to it
    asked = check;
    hub.send(component, { check });
  }

  function show() {
    for (const [number, row] of rows) {
      const at = pressed.get(number) ?? wanted.get(number);
      if (at === undefined) showNothing(row);
      else showFound(row, [number, at]);
    }
    const left = open().length;
    total = left && Math.max(total, left);
    progress.hidden = total < 2;
    progress.max = total || 1;
    progress.value = total - left;
    all.disabled = left > 0;
  }
  function showNothing(row) {
    if (row.shown) row.result.replaceChildren();
    row.shown = "";
    row.result.classList.remove("old");
  }
  function showFound(row, check) {
    const each = found.get(key(check));
    row.result.classList.toggle("old", !each);
    if (!each && !row.shown) row.result.replaceChildren(element("small", {}, "checking …"));
    if (!each || row.shown === key(check)) return;
    row.shown = key(check);
    if (each.problem) return row.result.replaceChildren(element("small", { class: "problem" }, each.problem));
    const { quantity, printed, corrected, truth, off, ms } = each;
    const number = (name, value, error) =>
      element(
        "div",
        { class: name },
        element("span", {}, name),
        element("b", {}, hub.format(value)),
        element("small", {}, error === undefined ? "" : `off by ${hub.format(error, 2)}`),
      );
    const instance = row.fixed ? "the one instance there is" : `seed ${check[1]}`;
    const title = "off by: max |value − truth| / max |truth|, over the whole of it";
    const time = ms < 1 ? "under 1 ms" : `${Math.round(ms)} ms`;
    row.result.replaceChildren(
      element("code", {}, quantity),
      element("small", { class: "instance" }, `${instance}, ${time}`),
      element(
        "div",
        { class: "three", title },
        number("printed", printed, off[0]),
        number("corrected", corrected, off[1]),
        number("truth", truth),
      ),
    );
  }

  const off = hub.on("drop", () => {
    pressed.clear();
    asked = null;
  });
  return {
    update(next) {
      component = next;
      const { errata, shown, checks, results, answered, seed: free, empty } = next.data;
      if (!rows.size) build(errata);
      for (const each of results) found.set(key([each.number, each.seed]), each);
      wanted = new Map(checks);
      if (!hub.busy(component)) asked = null; // it came to nothing
      if (asked === null || answered === asked) pressed.clear();
      if (!pressed.size) seed = free;
      const visible = new Set(shown);
      for (const [number, { place }] of rows) place.hidden = !visible.has(number);
      none.hidden = visible.size > 0;
      none.textContent = empty;
      count.textContent = `${visible.size} of ${rows.size} errata`;
      show();
      queueMicrotask(ask); // when the answer is taken, and the link written
    },
    close: () => off(),
  };
});
