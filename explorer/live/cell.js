// The schematic of a cell: every wire and node with its signal at the cursor's step, or with the error
// that flows back through it. Colour says the sign, colour and width the size.
hub.define("cell", (component) => {
  const { element } = hub;
  const LEVELS = 32; // of colour and width
  const DECADES = 4; // of errors that can be told apart
  const WIDEST = 5; // px
  let data = null;
  let wires = [];
  let trunks = [];
  let boxes = [];
  let largest = 1; // error of the unit in the recording
  let saying;

  const [flow, letGo] = hub.flowSwitch();
  const scale = element("span", { class: "scale" });
  const corners = "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4";
  const wide = element(
    "button",
    { type: "button", class: "wide", "aria-label": "Full screen", title: "Full screen (Escape leaves it); arrows step, space plays", onclick: fill },
    element(
      "svg:svg",
      { viewBox: "0 0 16 16", width: 14, height: 14 },
      element("svg:path", { d: corners, fill: "none", stroke: "currentColor", "stroke-width": 1.8 }),
    ),
  );
  const whose = element("span", { class: "whose" });
  const now = element("span", { class: "now" });
  const head = element("div", { class: "head" }, flow, scale, now, whose, wide);
  const picture = element("svg:svg", { role: "group", preserveAspectRatio: "xMidYMid meet" });
  const words = element("div", { class: "words", role: "dialog", hidden: "" });
  const tip = element("div", { class: "live-tip", hidden: "" });
  const frame = element("div", { class: "frame", onpointerdown: ({ target }) => target === picture && letAllGo() }, picture);
  const part = element("div", { class: "live-cell live-part" }, head, frame, words, tip);
  component.parentElement.append(part);

  function fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else part.requestFullscreen?.();
  }

  // Drawing, once a cell.
  function build() {
    picture.setAttribute("viewBox", `0 0 ${data.width} ${data.height}`);
    const glow = data.wires.filter(({ name }) => data.carousel.includes(name));
    const under = glow.map(({ path }) => element("svg:path", { class: "glow", d: line(path) }));
    const isNew = ({ name }) => data.fresh.includes(name);
    // A wire's own piece, for what it shares with others may be old; from a new box, all of it.
    const piece = ({ source, path, own }) => (isNew({ name: source }) ? path : own);
    const halos = data.wires.filter(isNew).map((wire) => element("svg:path", { d: line(piece(wire)) }));
    wires = data.wires.map((wire) => {
      const way = element("svg:path", { class: "wire", d: line(wire.own) });
      const heads = [arrow(wire.own.at(-1), wire.own.at(-2), "ahead"), arrow(wire.own[0], wire.own[1], "astern")];
      const reach = element("svg:path", { class: "reach", d: line(wire.own) });
      const group = element("svg:g", { class: "net" }, way, ...heads, reach);
      const made = { ...wire, group, way, heads };
      listen(reach, made);
      return made;
    });
    boxes = data.boxes.map((box) => {
      const { x, y, w, h, kind } = box;
      const round = ["times", "plus", "complement", "bias"].includes(kind);
      const frame = { x, y, width: w, height: h, rx: round ? Math.min(w, h) / 2 : 7 };
      const symbol = element("svg:text", { x: x + w / 2, y: round ? y + h / 2 : y + 15, class: "symbol" });
      const number = round ? null : element("svg:text", { x: x + w / 2, y: y + 31, class: "number" });
      if (round) symbol.append(kind === "bias" ? "b" : box.text);
      else symbol.append(...spans(box.html));
      const held = data.held.includes(box.signal) && box.signal === box.name ? " held" : "";
      const fresh = isNew(box) ? " fresh" : "";
      const wordless = round ? "" : " wordless"; // until it has a number
      const group = element(
        "svg:g",
        { class: `box ${kind}${held}${fresh}${wordless}`, tabindex: 0, role: "button" },
        element("svg:rect", frame),
        symbol,
        ...(number ? [number] : []),
      );
      const made = { ...box, group, number, said: "" };
      listen(group, made);
      return made;
    });
    // What several wires share stands for what they come from.
    trunks = data.trunks.map((trunk) => {
      const source = boxes.find(({ name }) => name === trunk.source);
      const [way, reach] = ["wire", "reach"].map((kind) => element("svg:path", { class: kind, d: line(trunk.path) }));
      listen(reach, source);
      const of = wires.filter(({ name }) => trunk.wires.includes(name));
      return { of, source: trunk.source, signal: source.signal, way, group: element("svg:g", { class: "net" }, way, reach) };
    });
    const lines = [...trunks, ...wires].map(({ group }) => group);
    picture.replaceChildren(element("svg:g", { class: "halo" }, ...halos), ...under, ...lines, ...boxes.map(({ group }) => group));
    close();
  }
  const line = (points) => `M${points.map((point) => point.join()).join("L")}`;
  function arrow([x, y], [fromX, fromY], name) {
    const [dx, dy] = [Math.sign(x - fromX), Math.sign(y - fromY)];
    const [backX, backY] = [x - 8 * dx, y - 8 * dy];
    const d = `M${x},${y}L${backX + 4 * dy},${backY + 4 * dx}L${backX - 4 * dy},${backY - 4 * dx}Z`;
    return element("svg:path", { class: `arrow ${name}`, d });
  }
  // HTML with <sub> and <sup> as pieces of an SVG text.
  function spans(html) {
    const pieces = [];
    const walk = (node, raised) => {
      if (node.nodeType === Node.TEXT_NODE) pieces.push([node.textContent, raised]);
      const shift = { SUB: 1, SUP: -1 }[node.nodeName] ?? raised;
      node.childNodes.forEach((child) => walk(child, shift));
    };
    walk(fragment(html), 0);
    let level = 0;
    return pieces.map(([text, raised]) => {
      const dy = 4 * (raised - level);
      level = raised;
      return element("svg:tspan", { dy, class: raised ? "small" : null }, text);
    });
  }
  function fragment(html) {
    const holder = element("span");
    holder.innerHTML = html;
    return holder;
  }

  // What is shown at a step.
  const palettes = () => {
    const rgb = getComputedStyle(part).getPropertyValue("--st-background-color").trim();
    const dark = luminance(rgb) < 0.5;
    const faint = dark ? [78, 82, 92] : [205, 208, 214];
    const ends = dark
      ? { minus: [90, 175, 245], plus: [255, 160, 60], gate: [40, 210, 150] }
      : { minus: [0, 100, 190], plus: [214, 105, 0], gate: [0, 138, 98] };
    const shades = (end) =>
      Array.from({ length: LEVELS + 1 }, (_, i) => {
        const t = i && 0.15 + (0.85 * i) / LEVELS;
        return `rgb(${faint.map((from, k) => Math.round(from + t * (end[k] - from))).join()})`;
      });
    return Object.fromEntries(Object.entries(ends).map(([name, end]) => [name, shades(end)]));
  };
  function luminance(colour) {
    const hex = colour.match(/^#(..)(..)(..)$/)?.slice(1).map((pair) => parseInt(pair, 16));
    const [red, green, blue] = hex ?? colour.match(/\d+/g)?.map(Number) ?? [255, 255, 255];
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  }
  let colours = null;

  const gated = (name) => kinds.get(name) === "gate";
  let kinds = new Map();
  function look(value, gate) {
    const size = Math.abs(value);
    if (!Number.isFinite(value) || size === 0) return [colours.plus[0], 0];
    let level;
    if (hub.backward) level = 1 + Math.log10(size / largest) / DECADES;
    else level = gate ? size : 1 - Math.exp(-size);
    const i = Math.round(LEVELS * Math.max(0, Math.min(1, level)));
    const shades = !hub.backward && gate ? colours.gate : value < 0 ? colours.minus : colours.plus;
    return [shades[i], i / LEVELS];
  }
  function update() {
    if (!data || !hub.recording) return;
    colours ??= palettes();
    whose.textContent = hub.recording.units > 1 ? `unit ${hub.unit}` : "";
    const { n, unit, backward, recording } = hub;
    now.textContent = `n = ${n}`;
    const at = (name) => recording.at(name, n, unit, backward);
    for (const trunk of trunks) {
      const errors = backward ? trunk.of.map(({ name }) => at(name)) : [];
      const loudest = errors.reduce((one, other) => (Math.abs(other) > Math.abs(one) ? other : one), 0);
      paint(trunk, look(backward ? loudest : at(trunk.source), gated(trunk.source)));
    }
    for (const wire of wires) {
      const shown = look(at(wire.name), gated(wire.source) && !wire.param);
      paint(wire, shown);
      for (const head of wire.heads) if (head.getAttribute("fill") !== shown[0]) head.setAttribute("fill", shown[0]);
    }
    for (const box of boxes) {
      if (!box.number) continue;
      const text = box.kind === "loss" && !backward ? "" : short(at(box.name));
      if (text === box.said) continue;
      box.number.textContent = box.said = text;
      box.group.classList.toggle("wordless", !text);
    }
    clearTimeout(saying);
    saying = setTimeout(say, 300);
  }
  function paint(drawn, [colour, level]) {
    if (drawn.shown === colour) return;
    drawn.shown = colour;
    drawn.way.setAttribute("stroke", colour);
    drawn.way.setAttribute("stroke-width", (1.25 + (WIDEST - 1.25) * level).toFixed(2));
    drawn.group.classList.toggle("loud", level > 0.03);
  }
  function short(value) {
    if (!Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    return size && (size < 1e-3 || size >= 1e4) ? hub.format(value, 1) : hub.format(value, 3);
  }
  function rescale() {
    const { recording, unit } = hub;
    if (!recording || !data) return;
    largest = 1e-300;
    for (const box of boxes) {
      if (!["signal", "sum", "warp"].includes(box.kind)) continue;
      for (let n = 0; n < recording.steps; n++) {
        const size = Math.abs(recording.at(box.name, n, unit, true));
        if (size > largest) largest = size;
      }
    }
    kinds = new Map(Object.entries(recording.kinds));
    update();
    legend();
  }
  function legend() {
    colours ??= palettes();
    const bar = (shades) => `linear-gradient(to right, ${shades.join()})`;
    const both = [...colours.minus.slice(1).reverse(), ...colours.plus];
    const end = hub.format(largest, 2);
    const item = (from, shades, to) => {
      const strip = element("i", { style: `background: ${bar(shades)}` });
      return element("span", {}, from, strip, to);
    };
    if (hub.backward) scale.replaceChildren(item(`−${end}`, both, `${end}, over ${DECADES} decades`));
    else {
      const gates = [...kinds.values()].includes("gate") ? [item("gate 0", colours.gate, "1")] : [];
      scale.replaceChildren(item("−3", both, "3"), ...gates);
    }
    if (data?.fresh.length) scale.append(element("span", { class: "new" }, element("i"), "new"));
  }
  function turn() {
    part.classList.toggle("backward", hub.backward);
    update();
    legend();
    if (opened) open(opened);
  }
  function mark() {
    for (const box of boxes) box.group.classList.toggle("chosen", box.signal === hub.selected);
    for (const drawn of [...trunks, ...wires]) drawn.group.classList.toggle("chosen", drawn.signal === hub.selected);
  }
  const playing = () => part.classList.toggle("playing", hub.playing);
  function say() {
    const named = boxes.filter(({ kind }) => ["signal", "sum", "warp"].includes(kind));
    const numbers = named.map(({ name, said }) => `${name} ${said}`).join(", ");
    const what = hub.backward ? "errors" : "signals";
    picture.setAttribute("aria-label", `${data.title}, step ${hub.n}, unit ${hub.unit}, ${what}: ${numbers}.`);
    for (const { group, name, said } of boxes) group.setAttribute("aria-label", `${name} ${said}`);
  }

  // The pointer and the keys.
  let opened = null;
  function listen(target, item) {
    target.addEventListener("pointermove", (event) => hint(item, event));
    target.addEventListener("pointerleave", () => (tip.hidden = true));
    target.addEventListener("click", () => choose(item));
    target.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      choose(item);
    });
  }
  function numbersOf(item) {
    const { n, unit, recording } = hub;
    const of = (backward) => hub.format(recording ? recording.at(item.name, n, unit, backward) : NaN);
    return [of(false), of(true)];
  }
  function hint(item, event) {
    const [value, error] = numbersOf(item);
    tip.hidden = false;
    const [name, said] = [item.html, item.error].map(fragment);
    tip.replaceChildren(name, element("b", {}, value), said, element("b", {}, error));
    hub.besidePointer(tip, event);
  }
  function choose(item) {
    if (hub.selected !== item.signal && item.signal) hub.select(item.signal);
    if (opened === item) close();
    else open(item);
  }
  function open(item) {
    opened = item;
    tip.hidden = true;
    const [value, error] = numbersOf(item);
    const row = (left, right) => `<tr><th>${left}</th><td>${right}</td></tr>`;
    const made = wires.filter(({ dest }) => dest === item.name);
    const terms = made.map((wire) => row(wire.html, numbersOf(wire)[0])).join("");
    words.innerHTML =
      `<b>${item.html}</b><p>${item.meaning}</p><table>${row("value", value)}` +
      `${row(item.error, error)}${terms ? `<tr><th colspan=2>made of</th></tr>${terms}` : ""}</table>`;
    words.hidden = false;
    const { left, top } = part.getBoundingClientRect();
    const box = (item.path ? item.group.lastChild : item.group).getBoundingClientRect();
    const room = part.clientWidth - words.offsetWidth - 4;
    const middle = box.left + box.width / 2 - left - words.offsetWidth / 2;
    words.style.left = `${Math.max(4, Math.min(room, middle))}px`;
    words.style.top = `${box.bottom - top + 8}px`;
  }
  function letAllGo() {
    close();
    if (hub.selected !== null) hub.select(hub.selected);
  }
  function close() {
    opened = null;
    words.hidden = true;
  }
  const refresh = () => opened && open(opened);
  function outside(event) {
    if (opened && !part.contains(event.target)) close();
  }
  function escaped(event) {
    if (event.key === "Escape") letAllGo();
  }
  part.addEventListener("fullscreenchange", close); // its place is another one now
  document.addEventListener("pointerdown", outside);
  document.addEventListener("keydown", escaped);
  const off = [
    letGo,
    hub.on("cursor", update),
    hub.on("cursor", refresh),
    hub.on("unit", rescale),
    hub.on("recording", rescale),
    hub.on("direction", turn),
    hub.on("select", mark),
    hub.on("play", playing),
  ];
  turn();

  return {
    update(next) {
      const drawn = JSON.stringify(next.data);
      if (drawn !== part.drawn) {
        part.drawn = drawn;
        data = next.data;
        build();
      }
      colours = null;
      rescale();
      mark();
    },
    close() {
      clearTimeout(saying);
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", escaped);
      for (const stop of off) stop();
    },
  };
});
