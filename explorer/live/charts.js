// The time cursor on the charts that the server drew: a line at n on each, a dot on each curve, the
// hovered step on all of them, a click or drag that moves the cursor, and the selected signal brought
// out. A chart over time is one whose marks are named `over_n` (curves) or `heat_n` (cells).
const OVER_TIME = ".over_n_marks, .heat_n_marks";
const NEAR_PX = 6;

hub.followOnCharts = () => {
  const known = new Map(); // svg -> where its plot is, its curves and what is drawn over it
  let asked = false;
  let pressed = null;

  function later() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      find();
      draw();
    });
  }

  function find() {
    const seen = new Set();
    for (const marks of document.querySelectorAll(OVER_TIME)) {
      const svg = marks.ownerSVGElement;
      if (seen.has(svg)) continue;
      seen.add(svg);
      const plot = known.get(svg) ?? overlay(svg);
      const ground = marks.closest(".role-frame").querySelector("path.background");
      const box = ground.getBBox();
      const at = ground.getCTM();
      const cells = marks.matches(".heat_n_marks");
      Object.assign(plot, { left: at.e, top: at.f, width: box.width, height: box.height, cells });
      plot.curves = cells ? [] : [...svg.querySelectorAll(".over_n_marks path")].map(curve);
      known.set(svg, plot);
    }
    for (const [svg, plot] of known) {
      if (seen.has(svg)) continue;
      plot.layer.remove();
      known.delete(svg);
    }
  }

  function overlay(svg) {
    const rule = (name) => hub.element("svg:path", { class: name });
    const layer = hub.element("svg:g", { class: "live-over", "aria-hidden": "true" });
    const plot = { layer, here: rule("here"), there: rule("there"), dots: [] };
    layer.append(plot.there, plot.here);
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

  const across = (plot, n) =>
    plot.cells
      ? (plot.width * (n + 0.5)) / (hub.last + 1)
      : hub.last > 0
        ? (plot.width * n) / hub.last
        : 0;

  function mark(plot, path, n) {
    if (n === null) return path.setAttribute("d", "");
    const x = across(plot, n);
    const half = plot.cells ? plot.width / (hub.last + 1) / 2 : 0;
    const height = plot.height;
    path.setAttribute(
      "d",
      half
        ? `M${x - half},0h${2 * half}v${height}h${-2 * half}Z`
        : `M${x},0v${height}`,
    );
  }

  function draw() {
    for (const [svg, plot] of known) {
      if (plot.layer.parentNode !== svg) svg.append(plot.layer);
      plot.layer.setAttribute("transform", `translate(${plot.left},${plot.top})`);
      bringOut(plot);
      move(plot);
      mark(plot, plot.there, hub.hovered);
    }
  }

  function move(plot) {
    mark(plot, plot.here, hub.n);
    const x = across(plot, hub.n);
    plot.curves.forEach((line, i) => {
      const dot = (plot.dots[i] ??= plot.layer.appendChild(hub.element("svg:circle", { r: 3.5 })));
      const y = heightAt(line, x);
      dot.setAttribute("visibility", y === undefined ? "hidden" : "visible");
      if (y === undefined) return;
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", y);
      dot.setAttribute("fill", line.colour);
    });
    plot.dots.splice(plot.curves.length).forEach((dot) => dot.remove());
  }

  function bringOut(plot) {
    const chosen = ({ label }) => hub.selected !== null && hub.signalOf(label) === hub.selected;
    const some = plot.curves.some(chosen);
    for (const line of plot.curves) line.path.style.opacity = some && !chosen(line) ? 0.22 : "";
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
    const n = plot.cells ? Math.floor((x / plot.width) * (hub.last + 1)) : Math.round((x / plot.width) * hub.last);
    return Math.max(0, Math.min(hub.last, n));
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
    hub.hover(place && within(place) ? stepAt(place) : null);
  }
  function down(event) {
    const place = plotAt(event);
    pressed = event.button === 0 && place && within(place) ? place : null;
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

  const watch = new MutationObserver((changes) => {
    if (changes.some(({ target }) => !target.closest?.(".live-over, .live-part"))) later();
  });
  watch.observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["d", "transform", "stroke"],
  });
  const listening = { pointermove: moved, pointerdown: down, pointerup: up, click: clicked };
  for (const [name, listener] of Object.entries(listening)) document.addEventListener(name, listener);
  const off = [
    hub.on("cursor", () => known.forEach(move)),
    hub.on("hover", () => known.forEach((plot) => mark(plot, plot.there, hub.hovered))),
    hub.on("select", draw),
    hub.on("recording", later),
  ];
  later();

  return () => {
    watch.disconnect();
    for (const [name, listener] of Object.entries(listening)) {
      document.removeEventListener(name, listener);
    }
    for (const stop of off) stop();
    for (const { layer } of known.values()) layer.remove();
    known.clear();
  };
};

// The signal that a label of a chart speaks of: its own name, or that of its gradient.
hub.signalOf = (label) => hub.recording?.signals[label] ?? null;
