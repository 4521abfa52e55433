// A visitor's series: a file, whose beginning is read here, or numbers that are pasted. It goes to the
// server as a trigger, which the framework does not send again with every later message.
const PATIENCE_MS = 20000; // for an answer

const inBase64 = (bytes) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = reject;
    reader.readAsDataURL(bytes);
  });

hub.define("series", (component) => {
  const { element } = hub;
  let data = { answered: 0 };
  let under_way = null; // the number of what was sent, until it is answered
  let last = null; // what was sent, for another column of it
  let timer;

  const file = element("input", {
    type: "file",
    "aria-label": "CSV file",
    onchange: () => file.files.length && readFile(file.files[0]),
  });
  const column = element("select", { "aria-label": "Column", onchange: () => send({ ...last, column: column.value }) });
  const columns = element("label", { class: "columns", hidden: "" }, element("span", { class: "name" }, "Column"), column);
  const words = element("p", { class: "words", "aria-live": "polite" });
  const remove = element("button", { type: "button", onclick: () => send({ what: "none" }) }, "Remove the series");
  const numbers = element("textarea", {
    rows: 3,
    spellcheck: "false",
    placeholder: "5 4 6 5.5 7 …",
    onpaste: () => setTimeout(readNumbers),
    onkeydown: (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && readNumbers(),
  });
  const read = element("button", { type: "button", onclick: readNumbers }, "Read the numbers");
  const hint = element("small", { class: "hint" });
  component.parentElement.append(
    element(
      "div",
      { class: "live-series" },
      element("label", { class: "drop" }, element("span", { class: "name" }, "CSV file: choose it, or drop it here"), file),
      element("label", {}, element("span", { class: "name" }, "or paste numbers"), numbers),
      element("div", { class: "buttons" }, read, remove),
      words,
      columns,
      hint,
    ),
  );

  async function readFile(chosen) {
    say(`Reading ${chosen.name} …`);
    file.value = ""; // what is read is said below; and the same file can be chosen again
    try {
      const packed = await inBase64(chosen.slice(0, data.most));
      send({ what: "file", name: chosen.name, size: chosen.size, file: packed });
    } catch {
      fail(`${chosen.name} could not be read by the browser. Choose it again, or paste its numbers.`);
    }
  }
  function readNumbers() {
    if (!numbers.value.trim()) return fail("There are no numbers yet: paste a column of a spreadsheet, or type some.");
    send({ what: "text", text: numbers.value.slice(0, data.most) });
  }
  function send(value) {
    last = value;
    say("Reading …");
    under_way = hub.next();
    clearTimeout(timer);
    timer = setTimeout(unanswered, PATIENCE_MS);
    component.setTriggerValue("sent", { ...value, seq: under_way, ...hub.tell() });
  }
  function unanswered() {
    const framed = window.top !== window;
    fail("No answer came. Check the connection, and try again", framed ? [", or ", elsewhere(), "."] : ["."]);
  }
  // The page out of its frame, as it is.
  function elsewhere() {
    const address = new URL(location.href);
    for (const name of [...address.searchParams.keys()]) {
      if (name.startsWith("embed")) address.searchParams.delete(name);
    }
    return element("a", { href: address.href, target: "_blank", rel: "noopener" }, "open this page in a tab of its own");
  }

  // Of one attempt at a time: what was said of an earlier one goes.
  function say(what, more = []) {
    words.replaceChildren(what, ...more);
    words.classList.remove("wrong");
    columns.hidden = true;
  }
  function fail(what, more) {
    say(what, more);
    words.classList.add("wrong");
    under_way = null;
    clearTimeout(timer);
  }
  function answered() {
    under_way = null;
    clearTimeout(timer);
    say(data.words);
    words.classList.toggle("wrong", data.wrong);
    columns.hidden = !data.columns.length || !last;
    const option = (name) => element("option", { value: name }, name);
    const none = data.columns.includes(data.column) ? [] : [element("option", { value: "", disabled: "", selected: "" }, "choose one")];
    column.replaceChildren(...none, ...data.columns.map(option));
    if (!none.length) column.value = data.column;
  }
  return {
    update(next) {
      const before = data;
      component = next;
      data = next.data;
      hint.textContent = data.hint;
      remove.hidden = !data.removable;
      if (under_way !== null ? data.answered >= under_way : data.words !== before.words) answered();
    },
    close: () => clearTimeout(timer),
  };
});
