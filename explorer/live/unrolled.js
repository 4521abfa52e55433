// Some steps of a cell side by side (Figure 8): what each hands on to the next one, and the error that
// comes back. An edge is as opaque as its one-step factor, the norm of d to[n] / d from[n-1].
hub.define("unrolled", (component) => {
  const { element } = hub;
  const STEP = 132; // px from step to step
  const WIDTH = 74; // of a step
  const TOP = 46;
  const ROW = 46;
  let data = null;
  let first = -1;
  const picture = element("svg:svg", { role: "group" });
  const place = element("div", { class: "window", "aria-hidden": "true" }, element("i"));
  const [flow, letGo] = hub.flowSwitch();
  const part = element("div", { class: "live-unrolled live-part" }, flow, picture, place);
  component.parentElement.append(part);

  const steps = () => Math.max(2, Math.min(7, Math.floor((part.clientWidth || 690) / STEP), hub.last + 1));
  const height = () => TOP + ROW * data.carried.length + 62;
  const rowOf = (name) => TOP + ROW * (data.carried.indexOf(name) + 0.5);
  const text = (x, y, words, name = "") => element("svg:text", { x, y, class: name }, words);
  const short = (value) => hub.format(value, 3);

  function draw() {
    if (!data || !hub.recording) return;
    const count = steps();
    first = Math.max(0, Math.min(hub.last + 1 - count, hub.n - Math.floor(count / 2)));
    picture.setAttribute("viewBox", `0 0 ${count * STEP} ${height()}`);
    const pieces = [];
    for (let n = first; n <= first + count; n++) pieces.push(...edges(n, count));
    for (let n = first; n < first + count; n++) pieces.push(box(n));
    picture.replaceChildren(...pieces);
    const share = (number) => `${(100 * number) / (hub.last + 1)}%`;
    Object.assign(place.firstChild.style, { left: share(first), width: share(count) });
    picture.setAttribute("aria-label", said(count));
  }

  const left = (n) => (n - first) * STEP + (STEP - WIDTH) / 2;
  function edges(n, count) {
    if (n > hub.last || (n === first && n === 0)) return [];
    const [from, to] = [left(n - 1) + WIDTH, left(n)];
    return Object.entries(data.factors).flatMap(([name, norms]) => {
      const [source, dest] = name.split("->");
      const [y, end] = [rowOf(source), rowOf(dest)];
      const inside = n > first && n < first + count;
      const [x, stop] = [n === first ? to - 26 : from, n === first + count ? from + 26 : to];
      const path = element("svg:path", {
        class: `edge${norms[n] > 0.03 ? " loud" : ""}`,
        d: `M${x},${y}L${stop},${n === first || n === first + count ? y + (end - y) * 0.5 : end}`,
        "stroke-opacity": Math.max(0.04, Math.min(1, norms[n])).toFixed(3),
      });
      path.append(element("svg:title", {}, `‖∂${dest}[${n}] / ∂${source}[${n - 1}]‖ = ${hub.format(norms[n])}`));
      const straight = source === data.state && dest === data.state && inside;
      return straight ? [path, text((from + to) / 2, y - 7, short(norms[n]), "factor")] : [path];
    });
  }
  function box(n) {
    const x = left(n);
    const middle = x + WIDTH / 2;
    const bottom = TOP + ROW * data.carried.length;
    const { recording, unit } = hub;
    const loss = data.loss[data.output]?.includes(n);
    const rows = data.carried.map((name) => {
      const greek = name === data.state ? "ψ" : "χ";
      const words = hub.backward
        ? [`‖${greek}‖`, short(data.norms[greek][n])]
        : [name, short(recording.at(name, n, unit))];
      const y = rowOf(name);
      return [text(middle, y - 5, words[0], "symbol"), text(middle, y + 12, words[1], "number")];
    });
    const input = hub.backward ? `x[${n}]` : `x = ${short(recording.at("x", n, unit))}`;
    const arrow = (from, to, name) =>
      element("svg:path", { class: `way ${name}`, d: `M${middle},${from}V${to}m-4,${from > to ? 6 : -6}l4,${from > to ? -6 : 6}l4,${from > to ? 6 : -6}` });
    return element(
      "svg:g",
      {
        class: n === hub.n ? "step here" : "step",
        tabindex: 0,
        role: "button",
        "aria-label": `step ${n}`,
        onclick: () => hub.moveTo(n),
        onkeydown: ({ key }) => key === "Enter" && hub.moveTo(n),
      },
      element("svg:rect", { x, y: TOP, width: WIDTH, height: bottom - TOP, rx: 8 }),
      ...rows.flat(),
      text(middle, bottom + 54, `n = ${n}`, "where"),
      text(middle, bottom + 36, input, "small"),
      arrow(bottom + 22, bottom + 2, "in"),
      ...(hub.backward
        ? loss
          ? [arrow(TOP - 22, TOP - 2, "error"), text(middle, TOP - 28, "error enters", "small")]
          : []
        : [arrow(TOP - 2, TOP - 22, "out"), text(middle, TOP - 28, `${data.output}[${n}]`, "small")]),
    );
  }
  function said(count) {
    const norms = data.factors[`${data.state}->${data.state}`];
    const product = norms.slice(first + 1, first + count).reduce((all, norm) => all * norm, 1);
    return `Steps ${first} to ${first + count - 1}; the factors of the state multiply to ${hub.format(product, 3)}.`;
  }
  function turn() {
    part.classList.toggle("backward", hub.backward);
    draw();
  }
  const watch = new ResizeObserver(draw);
  watch.observe(part);
  const events = ["cursor", "unit", "recording", "idle"];
  const off = [letGo, ...events.map((event) => hub.on(event, draw)), hub.on("direction", turn)];
  turn();
  return {
    update(next) {
      data = next.data;
      draw();
    },
    close() {
      watch.disconnect();
      for (const stop of off) stop();
    },
  };
});
