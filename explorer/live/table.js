// A table of numbers to be typed into, as a spreadsheet is. What is typed or pasted goes out as text; the
// server reads or refuses it, and its numbers come back with the answer.
hub.define("table", (component) => {
  const { element } = hub;
  const PAGE = 8; // rows
  let data = null;
  let base = []; // row by row
  let server = { scale: 1, set: [], changed: 0, refused: [], words: "", about: "" };
  let set = new Map(); // "row,column" -> the number that was set
  let refused = new Set(); // "row,column"
  const waiting = new Map(); // "row,column" -> what was typed, until the server has answered
  let cells = []; // by row
  let at = [0, 0]; // the cell that has the keys
  let from = [0, 0]; // the other corner of what is selected
  let editor = null;

  const table = element("table", { role: "grid" });
  const scroller = element(
    "div",
    {
      class: "scroller",
      onkeydown: keyed,
      onpointerdown: grabbed,
      onpointerover: dragged,
      onclick: clicked,
      ondblclick: opened,
      onfocusin: entered,
    },
    table,
  );
  const problem = element("small", { class: "problem", role: "alert", hidden: "" });
  const about = element("small", {});
  const back = element("button", { type: "button", onclick: giveBack });
  const part = element("div", { class: "live-table" }, problem, scroller, about, back);
  component.parentElement.append(part);

  // Places and numbers.
  const placeOf = (target) => {
    const cell = target.closest?.("td");
    return cell ? [cell.parentElement.rowIndex - 1, cell.cellIndex - 1] : null;
  };
  const cellAt = ([row, column]) => cells[row][column];
  const words = ([row, column]) =>
    `row ${row}${data.columns > 1 ? `, column ${column}` : ""} of ${data.name}`;
  const valueAt = ([row, column]) =>
    (set.get(`${row},${column}`) ?? base[row * data.columns + column]) * server.scale;
  const full = (number) => String(Number(number.toPrecision(15))).replaceAll("-", "−");
  const short = (number) => {
    const text = number.toFixed(3);
    return Number(text) === 0 ? "0.000" : text.replace("-", "−");
  };
  const selected = () => [0, 1].map((i) => [Math.min(at[i], from[i]), Math.max(at[i], from[i])]);
  const isSelected = (row, column) => {
    const [rows, columns] = selected();
    return row >= rows[0] && row <= rows[1] && column >= columns[0] && column <= columns[1];
  };

  // Drawing.
  function build() {
    const header = (name, scope) => element("th", { scope }, name);
    const numbers = (count) => [...Array(count).keys()];
    const top = element("tr", {}, header("", "col"), ...numbers(data.columns).map((j) => header(j, "col")));
    cells = numbers(data.rows).map(() =>
      numbers(data.columns).map(() => element("td", { tabindex: -1 })),
    );
    const rows = cells.map((row, i) => element("tr", {}, header(i, "row"), ...row));
    table.replaceChildren(element("thead", {}, top), element("tbody", {}, ...rows));
    table.setAttribute("aria-label", `Entries of ${data.name}`);
    at = from = [0, 0];
    cellAt(at).tabIndex = 0;
  }
  function draw() {
    cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        const key = `${i},${j}`;
        const text = waiting.get(key) ?? short(valueAt([i, j]));
        if (cell !== editor?.parentElement && cell.textContent !== text) cell.textContent = text;
        cell.classList.toggle("waiting", waiting.has(key));
        cell.classList.toggle("set", set.has(key));
        if (refused.has(key)) cell.setAttribute("aria-invalid", "true");
        else cell.removeAttribute("aria-invalid");
      }),
    );
    label();
    problem.textContent = server.words;
    problem.hidden = !server.words;
    about.textContent = `${data.about} ${server.about}`;
    back.hidden = !server.changed;
    back.textContent = `Trained weights back (${server.changed} changed)`;
  }
  // The name of the cell that has the keys; of the others the headers say where they are.
  function label() {
    const number = waiting.get(at.join()) ?? short(valueAt(at));
    cellAt(at).setAttribute("aria-label", `${words(at)}: ${number}`);
  }
  function mark() {
    cells.forEach((row, i) =>
      row.forEach((cell, j) => {
        if (isSelected(i, j)) cell.setAttribute("aria-selected", "true");
        else cell.removeAttribute("aria-selected");
      }),
    );
  }

  // Moving.
  const within = ([row, column]) => [
    Math.max(0, Math.min(data.rows - 1, row)),
    Math.max(0, Math.min(data.columns - 1, column)),
  ];
  function go(to, { extend = false, focus = true } = {}) {
    const before = cellAt(at);
    before.tabIndex = -1;
    before.removeAttribute("aria-label");
    at = within(to);
    if (!extend) from = at;
    cellAt(at).tabIndex = 0;
    label();
    mark();
    if (focus) cellAt(at).focus();
  }
  const inside = () => scroller.contains(document.activeElement);

  // Typing.
  function open(text, byTouch = false) {
    if (editor) return;
    from = at;
    mark();
    const typed = text !== undefined;
    const before = full(valueAt(at));
    editor = element("input", {
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "next",
      "aria-label": words(at),
      onblur: () => close(true),
    });
    editor.value = typed ? text : before;
    editor.before = typed ? null : before;
    editor.byTouch = byTouch;
    cellAt(at).replaceChildren(editor);
    editor.focus();
    if (!typed) editor.select();
  }
  function close(take) {
    if (!editor) return;
    const { value, before } = editor;
    const field = editor;
    editor = null; // its blur comes here, too
    // Never out of the table: a window around it would put every tabindex aside, and back when it is old.
    if (field === document.activeElement) cellAt(at).focus();
    field.remove();
    if (take && value !== before) send(at, value, true);
    draw();
  }
  function send([row, column], text, typed) {
    if (typed) waiting.set(`${row},${column}`, text.trim());
    hub.add(component, { row, column, text: text.slice(0, data.longest + 1), typed });
    draw();
  }
  function next(to) {
    const byTouch = editor?.byTouch;
    close(true);
    const there = within(to);
    const moved = there.join() !== at.join();
    go(there);
    if (byTouch && moved) open(undefined, true);
  }
  // Right, and on to the next row; null at the end.
  function onward([row, column], by) {
    const place = row * data.columns + column + by;
    if (place < 0 || place >= data.rows * data.columns) return null;
    return [Math.floor(place / data.columns), place % data.columns];
  }

  function keyed(event) {
    if (editor ? editing(event) : moving(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (editor && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  }
  function editing({ key, shiftKey, isComposing }) {
    if (isComposing) return false;
    const [row, column] = at;
    if (key === "Enter") next([row + (shiftKey ? -1 : 1), column]);
    else if (key === "ArrowUp" || key === "ArrowDown") next([row + (key === "ArrowUp" ? -1 : 1), column]);
    else if (key === "Tab") {
      const to = onward(at, shiftKey ? -1 : 1);
      if (to) next(to);
      else {
        close(true);
      }
      return Boolean(to);
    } else return false;
    return true;
  }
  function moving(event) {
    const { key, shiftKey } = event;
    const [row, column] = at;
    const far = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
    if (event.altKey && key.length > 1) return false;
    if (far && key.toLowerCase() === "a") {
      go([0, 0]);
      from = [data.rows - 1, data.columns - 1];
      mark();
      return true;
    }
    const [lastRow, lastColumn] = [data.rows - 1, data.columns - 1];
    const places = {
      ArrowUp: [far ? 0 : row - 1, column],
      ArrowDown: [far ? lastRow : row + 1, column],
      ArrowLeft: [row, far ? 0 : column - 1],
      ArrowRight: [row, far ? lastColumn : column + 1],
      Home: [far ? 0 : row, 0],
      End: [far ? lastRow : row, lastColumn],
      PageUp: [row - PAGE, column],
      PageDown: [row + PAGE, column],
    };
    if (places[key]) go(places[key], { extend: shiftKey });
    else if (key === "Enter") go([row + (shiftKey ? -1 : 1), column]);
    else if (far) return false;
    else if (key === "F2") open();
    else if (key === "Delete" || key === "Backspace") clear();
    else if (key.length === 1 && key !== " ") open(key);
    else return key === " ";
    return true;
  }
  // Escape leaves the field, or all that is selected but the one cell; what is around would close with it,
  // and hears of keys first.
  function escaped(event) {
    if (event.key !== "Escape" || !inside()) return;
    if (event.type === "keydown") {
      taken = Boolean(editor) || at.join() !== from.join();
      if (editor) close(false);
      if (taken) go(at);
    }
    if (!taken) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  let taken = false;

  // The trained numbers back: all, and the keys to the table; or a block of nothing.
  function giveBack() {
    hub.add(component, { back: true });
    cellAt(at).focus();
  }
  function clear() {
    const [rows, columns] = selected();
    const line = "\t".repeat(columns[1] - columns[0]);
    const count = rows[1] - rows[0] + 1;
    send([rows[0], columns[0]], `${line}\n`.repeat(count), false);
  }

  // The pointer.
  let held = false;
  function grabbed(event) {
    const to = placeOf(event.target);
    if (!to || event.target === editor || event.button !== 0) return;
    close(true);
    held = event.pointerType === "mouse";
    if (held) event.preventDefault(); // the focus goes where it is put
    if (held) go(to, { extend: event.shiftKey });
  }
  function dragged(event) {
    if (!event.buttons) held = false;
    const to = held && placeOf(event.target);
    if (to) go(to, { extend: true, focus: false });
  }
  function clicked(event) {
    const to = placeOf(event.target);
    if (!to || event.target === editor || event.pointerType === "mouse" || !event.pointerType) return;
    go(to);
    open(undefined, true);
  }
  function opened(event) {
    if (placeOf(event.target) && event.target !== editor) open();
  }
  function entered(event) {
    const to = placeOf(event.target);
    if (to && !editor && to.join() !== at.join()) go(to);
    else mark();
  }

  // Copy and paste: the events go to the page where nothing can be typed into.
  function copied(event) {
    if (editor || !inside()) return;
    const [rows, columns] = selected();
    const range = ([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const lines = range(rows).map((i) => range(columns).map((j) => valueAt([i, j])).join("\t"));
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  }
  function pasted(event) {
    if (!inside()) return;
    const text = event.clipboardData.getData("text/plain");
    if (editor && !/[\t\n\r]/.test(text.trim())) return;
    event.preventDefault();
    if (editor) close(false);
    const [rows, columns] = selected();
    go([rows[0], columns[0]]);
    if (text) send(at, text, false);
  }
  const heard = [
    ["copy", copied],
    ["paste", pasted],
    ["keydown", escaped, true],
    ["keyup", escaped, true],
  ];
  for (const each of heard) window.addEventListener(...each);

  // The server's numbers, unless the visitor is ahead of them.
  function adopt() {
    if (!data || hub.busy(component)) return;
    waiting.clear();
    server = hub.values[data.key] ?? data.value;
    set = new Map(server.set.map(([row, column, value]) => [`${row},${column}`, value]));
    refused = new Set(server.refused.map((place) => place.join()));
    draw();
  }
  const off = [hub.on("idle", adopt), hub.on("drop", adopt)];

  return {
    update(next) {
      component = next;
      const before = data;
      data = next.data;
      base = hub.floats(data.base);
      hub.values[data.key] = data.value;
      if (before?.rows !== data.rows || before?.columns !== data.columns) {
        close(false);
        build();
      }
      adopt();
    },
    close() {
      for (const stop of off) stop();
      for (const each of heard) window.removeEventListener(...each);
    },
  };
});
