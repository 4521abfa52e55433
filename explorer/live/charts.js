// The time cursor on the charts that the server drew: a line at n on each, a dot on each curve, the
// hovered step on all of them with its numbers, a click or drag that moves the cursor, and the selected
// signal brought out. A chart is known by the name of its marks: `over_n` (curves over time), `heat_n`
// (cells over time), or, without a cursor, `over_lag` and `over_length` (curves over something else).
// The server may say of a chart over time how many steps `ahead` of the cursor a band reaches, and how
// many steps of its axis are `past` the last one of the run.
const KNOWN = ".over_n_marks, .heat_n_marks, .over_lag_marks, .over_length_marks";
const TIMELESS = { over_lag_marks: "lag", over_length_marks: "K" }; // what their axis is called
const NEAR_PX = 6;

hub.followOnCharts = (place) => {
  const known = new Map(); // svg -> where its plot is, its curves and what is drawn over it
  let pressed = null;
  let pointed = null; // on a chart over something else than time: what, and where

  // At once, in the frame in which the chart itself was drawn anew.
  function follow(changes) {
    const changed = new Set();
    for (const { target, addedNodes } of changes) {
      if (target.closest?.(".live-over, .live-part")) continue;
      const svg = target.closest?.("svg");
      if (svg) changed.add(svg);
      for (const node of addedNodes) {
        if (svg || node.nodeType !== Node.ELEMENT_NODE) continue;
        if (node.localName === "svg") changed.add(node);
        else node.querySelectorAll?.("svg").forEach((inner) => changed.add(inner));
      }
    }
    const before = known.size;
    for (const svg of changed) if (svg.isConnected && find(svg)) draw(svg, known.get(svg));
    if (known.size > before) drawAll(); // another chart may move the others' places
    for (const [svg, plot] of known) {
      if (svg.isConnected) continue;
      plot.layer.remove();
      known.delete(svg);
    }
  }

  function find(svg) {
    const marks = svg.querySelector(KNOWN);
    if (!marks) return false;
    const plot = known.get(svg) ?? overlay(svg);
    const ground = marks.closest(".role-frame").querySelector("path.background");
    const [, width, height] = ground.getAttribute("d").match(/h(-?[\d.]+)v(-?[\d.]+)/).map(Number);
    const cells = marks.matches(".heat_n_marks");
    const timeless = Object.keys(TIMELESS).find((name) => marks.matches(`.${name}`));
    Object.assign(plot, placeOf(ground, svg), { width, height, cells, timeless });
    // Vega cuts the curves off at the size that the plot had before it was fitted to its place.
    for (const rect of svg.querySelectorAll("clipPath rect")) set(rect, { width, height });
    plot.curves = cells ? [] : [...svg.querySelectorAll(`:is(${KNOWN}) path`)].map(curve);
    known.set(svg, plot);
    return true;
  }

  function placeOf(element, svg) {
    let [left, top] = [0, 0];
    for (let e = element; e !== svg; e = e.parentNode) {
      const moved = e.getAttribute("transform")?.match(/translate\((-?[\d.]+),(-?[\d.]+)\)/);
      if (moved) [left, top] = [left + Number(moved[1]), top + Number(moved[2])];
    }
    return { left, top };
  }

  function overlay(svg) {
    const rule = (name) => hub.element("svg:path", { class: name, d: "" });
    const layer = hub.element("svg:g", { class: "live-over", "aria-hidden": "true" });
    const plot = { layer, here: rule("here"), there: rule("there"), dots: [] };
    [plot.end, plot.band] = [rule("past"), rule("ahead")];
    layer.append(plot.end, plot.band, plot.there, plot.here);
    svg.append(layer);
    return plot;
  }

  function curve(path) {
    const label = path.getAttribute("aria-label") ?? "";
    const points = new Map();
    const numbers = (path.getAttribute("d") ?? "").match(/-?[\d.]+(?:e-?\d+)?/g) ?? [];
    for (let i = 0; i + 1 < numbers.length; i += 2) points.set(tenths(numbers[i]), numbers[i + 1]);
    return { path, label, points, colour: path.getAttribute("stroke") };
  }
  const tenths = (x) => Math.round(10 * x);
  const heightAt = ({ points }, x) =>
    points.get(tenths(x)) ?? points.get(tenths(x) - 1) ?? points.get(tenths(x) + 1);

  const lastOf = (plot) => (plot.timeless ? numbersOf(plot)?.steps - 1 || 1 : hub.last + plot.past);
  const across = (plot, n) =>
    plot.cells ? (plot.width * (n + 0.5)) / (hub.last + 1) : (plot.width * n) / (lastOf(plot) || 1);

  // What is hovered, on all charts that have the same axis.
  function markThere(plot) {
    const { timeless } = plot;
    if (!timeless) return mark(plot, plot.there, hub.hovered);
    mark(plot, plot.there, pointed?.timeless === timeless ? pointed.at : null);
  }
  function mark(plot, path, n) {
    if (n === null) return set(path, { d: "" });
    const x = across(plot, n);
    const half = plot.cells ? plot.width / (hub.last + 1) / 2 : 0;
    const { height } = plot;
    const cell = `M${x - half},0h${2 * half}v${height}h${-2 * half}Z`;
    set(path, { d: half ? cell : `M${x},0v${height}` });
  }

  function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      const text = String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }

  // From `first` to `last`, half a step more at both ends, as far as there is room.
  function stretch(plot, path, first, last) {
    const [left, right] = [first - 0.5, last + 0.5].map((n) =>
      Math.max(0, Math.min(plot.width, across(plot, n))),
    );
    set(path, { d: `M${left},0H${right}V${plot.height}H${left}Z` });
  }

  function drawAll() {
    known.forEach((plot, svg) => draw(svg, plot));
  }

  function draw(svg, plot) {
    if (plot.layer.parentNode !== svg) svg.append(plot.layer);
    set(plot.layer, { transform: `translate(${plot.left},${plot.top})` });
    const { ahead = null, past = 0 } = toldOf(plot);
    Object.assign(plot, { ahead, past });
    bringOut(plot);
    move(plot);
    markThere(plot);
  }

  function move(plot) {
    if (plot.timeless || !hub.hasCursor) return;
    mark(plot, plot.here, hub.n);
    if (plot.past) stretch(plot, plot.end, hub.last + 1, hub.last + plot.past);
    else set(plot.end, { d: "" });
    if (plot.ahead === null) set(plot.band, { d: "" });
    else stretch(plot, plot.band, hub.n, hub.n + plot.ahead);
    const x = across(plot, hub.n);
    plot.curves.forEach((line, i) => {
      const dot = (plot.dots[i] ??= plot.layer.appendChild(hub.element("svg:circle", { r: 3.5 })));
      const y = heightAt(line, x);
      if (y === undefined) return set(dot, { visibility: "hidden" });
      set(dot, { visibility: "visible", cx: x, cy: y, fill: line.colour });
    });
    plot.dots.splice(plot.curves.length).forEach((dot) => dot.remove());
  }

  function bringOut(plot) {
    const chosen = ({ label }) => hub.selected !== null && hub.signalOf(label) === hub.selected;
    const some = plot.curves.some(chosen);
    for (const line of plot.curves) {
      const opacity = some && !chosen(line) ? "0.22" : "";
      if (line.path.style.opacity !== opacity) line.path.style.opacity = opacity;
    }
  }

  // What the server says of a chart.
  function toldOf(plot) {
    const i = hub.allCharts().findIndex((chart) => chart.contains(plot.layer));
    return hub.charts[i] ?? {};
  }

  // The numbers of a chart, decoded when they are first asked for.
  function numbersOf(plot) {
    const { numbers } = toldOf(plot);
    if (!numbers) return null;
    if (!numbers.read) {
      numbers.read = hub.floats(numbers.values);
      numbers.steps = numbers.read.length / numbers.labels.length;
    }
    return numbers;
  }

  const tip = hub.element("div", { class: "live-tip", hidden: "" });
  place.append(tip);
  function tell(over, event) {
    const numbers = over && !over.plot.cells && numbersOf(over.plot);
    tip.hidden = !numbers || event.pointerType === "touch";
    if (tip.hidden) return;
    const n = stepAt(over);
    const rows = numbers.labels.flatMap((label, i) => {
      const colour = over.plot.curves.find((line) => line.label === label)?.colour;
      const name = hub.element("span", { style: `color: ${colour ?? "inherit"}` }, label);
      return [name, hub.element("b", {}, hub.format(numbers.read[i * numbers.steps + n], 6))];
    });
    const what = TIMELESS[over.plot.timeless] ?? "n";
    const here = String(n + numbers.first);
    tip.replaceChildren(hub.element("span", {}, what), hub.element("b", {}, here), ...rows);
    hub.besidePointer(tip, event);
  }

  const plotAt = (event) => {
    const svg = event.target.closest?.("svg");
    const plot = svg && known.get(svg);
    if (!plot) return null;
    const box = svg.getBoundingClientRect();
    const x = event.clientX - box.left - plot.left;
    const y = event.clientY - box.top - plot.top;
    return { plot, x, y };
  };
  const within = ({ plot, x, y }) =>
    x >= -NEAR_PX && x <= plot.width + NEAR_PX && y >= 0 && y <= plot.height;
  const stepAt = ({ plot, x }) => {
    const last = lastOf(plot);
    const n = plot.cells ? Math.floor((x / plot.width) * (last + 1)) : Math.round((x / plot.width) * last);
    return Math.max(0, Math.min(last, n));
  };
  const curveAt = (place) => {
    const near = place.plot.curves
      .map((line) => ({ line, y: heightAt(line, across(place.plot, stepAt(place))) }))
      .filter(({ y }) => y !== undefined && Math.abs(y - place.y) <= NEAR_PX)
      .sort((a, b) => Math.abs(a.y - place.y) - Math.abs(b.y - place.y));
    return near[0]?.line;
  };

  function moved(event) {
    const place = plotAt(event);
    if (pressed && place?.plot === pressed.plot) {
      if (Math.abs(place.x - pressed.x) > 3) pressed.dragged = true;
      if (pressed.dragged) hub.moveTo(stepAt(place));
    }
    const over = place && within(place) ? place : null;
    const timeless = over?.plot.timeless;
    hub.hover(over && !timeless ? stepAt(over) : null);
    point(timeless ? { timeless, at: stepAt(over) } : null);
    tell(over, event);
  }
  function point(next) {
    if (next?.timeless === pointed?.timeless && next?.at === pointed?.at) return;
    pointed = next;
    known.forEach(markThere);
  }
  function down(event) {
    const place = plotAt(event);
    const over = event.button === 0 && place && within(place) && !place.plot.timeless;
    pressed = over ? place : null;
  }
  function up(event) {
    const place = pressed;
    pressed = null;
    if (!place || place.dragged) return;
    const line = curveAt(place);
    const signal = line && hub.signalOf(line.label);
    if (signal) hub.select(signal);
    else hub.moveTo(stepAt(place));
  }
  // A legend takes no clicks itself.
  function clicked(event) {
    const svg = event.target.closest?.("svg");
    if (!known.has(svg)) return;
    const SYMBOL_PX = 20; // left of the words
    const hit = [...svg.querySelectorAll(".role-legend-label text")].find((text) => {
      const { left, right, top, bottom } = text.getBoundingClientRect();
      const { clientX: x, clientY: y } = event;
      return x >= left - SYMBOL_PX && x <= right && y >= top && y <= bottom;
    });
    const signal = hit && hub.signalOf(hit.textContent);
    if (signal) hub.select(signal);
  }

  const watch = new MutationObserver(follow);
  watch.observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["d", "transform", "stroke"],
  });
  const listening = { pointermove: moved, pointerdown: down, pointerup: up, click: clicked };
  for (const [name, listener] of Object.entries(listening)) document.addEventListener(name, listener);
  const off = [
    hub.on("cursor", () => known.forEach((plot) => move(plot))),
    hub.on("hover", () => known.forEach(markThere)),
    hub.on("select", () => known.forEach(bringOut)),
    hub.on("idle", drawAll),
    hub.on("charts", drawAll),
  ];
  follow([...document.querySelectorAll("svg")].map((target) => ({ target, addedNodes: [] })));

  return () => {
    watch.disconnect();
    for (const [name, listener] of Object.entries(listening)) {
      document.removeEventListener(name, listener);
    }
    for (const stop of off) stop();
    tip.remove();
    for (const { layer } of known.values()) layer.remove();
    known.clear();
  };
};

// The signal that a label of a chart speaks of: its own name, or that of its gradient.
hub.signalOf = (label) => hub.recording?.signals[label] ?? null;
