// The norms of d psi[n] / d psi[l] for every pair of steps, as colours: white is 1, blue has died, orange
// has grown.
hub.define("map", (component) => {
  const { element } = hub;
  const DECADES = 6;
  const STOPS = [[8, 48, 107], [66, 146, 198], [247, 247, 247], [240, 138, 36], [127, 39, 4]];
  const [LEFT, TOP, SIDE, HEIGHT] = [44, 6, 236, 172];
  let norms = new Float64Array(0); // of n <= l, row after row
  let steps = 0;
  const index = (n, l) => n * steps - (n * (n - 1)) / 2 + l - n;
  const canvas = element("canvas");
  const cells = element("svg:image", { x: LEFT, y: TOP, width: SIDE, height: HEIGHT, preserveAspectRatio: "none" });
  const axes = element("svg:g");
  const picture = element(
    "svg:svg",
    { viewBox: `0 0 ${LEFT + SIDE + 62} ${TOP + HEIGHT + 40}`, role: "img", onpointermove: hint, onpointerleave: leave },
    cells,
    axes,
  );
  const tip = element("div", { class: "live-tip", hidden: "" });
  const name = element("div", { class: "name" }); // where the map isn't below its charts
  const part = element("div", { class: "live-map live-part" }, name, picture, tip);
  component.parentElement.append(part);

  const shade = (decades) => {
    const place = Math.max(0, Math.min(1, (decades / DECADES + 1) / 2)) * (STOPS.length - 1);
    const i = Math.min(STOPS.length - 2, Math.floor(place));
    return STOPS[i].map((from, k) => from + (place - i) * (STOPS[i + 1][k] - from));
  };
  function paint() {
    canvas.width = canvas.height = steps;
    const context = canvas.getContext("2d");
    const image = context.createImageData(steps, steps);
    for (let n = 0; n < steps; n++) {
      for (let l = n; l < steps; l++) {
        const colour = shade(Math.log10(Math.max(norms[index(n, l)], 1e-20)));
        image.data.set([...colour, 255], 4 * (n * steps + l));
      }
    }
    context.putImageData(image, 0, 0);
    cells.setAttribute("href", canvas.toDataURL());
  }
  function label() {
    const text = (x, y, words, anchor = "middle") => element("svg:text", { x, y, "text-anchor": anchor }, words);
    const every = [1, 2, 5, 10, 20, 50].find((step) => steps / step <= 5) ?? 100;
    const ticks = Array.from({ length: Math.ceil(steps / every) }, (_, i) => i * every);
    const [right, bottom] = [LEFT + SIDE, TOP + HEIGHT];
    const bar = [0, 1, 2, 3, 4].map((i) =>
      element("svg:stop", { offset: `${25 * i}%`, "stop-color": `rgb(${STOPS[4 - i].join()})` }),
    );
    const shades = element("svg:linearGradient", { id: "live-map-shades", x1: 0, y1: 0, x2: 0, y2: 1 }, ...bar);
    axes.replaceChildren(
      shades,
      ...ticks.map((l) => text(LEFT + ((l + 0.5) / steps) * SIDE, bottom + 15, l)),
      ...ticks.map((n) => text(LEFT - 6, TOP + ((n + 0.5) / steps) * HEIGHT + 4, n, "end")),
      text(LEFT + SIDE / 2, bottom + 33, "l   (where the error enters)"),
      element("svg:text", { transform: `translate(11,${TOP + HEIGHT / 2}) rotate(-90)`, "text-anchor": "middle" }, "n   (where it arrives)"),
      element("svg:rect", { x: right + 12, y: TOP, width: 10, height: HEIGHT, fill: "url(#live-map-shades)" }),
      ...[DECADES, DECADES / 2, 0, -DECADES / 2, -DECADES].map((decade, i) =>
        text(right + 27, TOP + (i / 4) * (HEIGHT - 8) + 8, decade ? `1e${decade > 0 ? "+" : "−"}${Math.abs(decade)}` : "1", "start"),
      ),
    );
  }
  function hint(event) {
    const { left, top, width, height } = cells.getBoundingClientRect();
    const l = Math.floor(((event.clientX - left) / width) * steps);
    const n = Math.floor(((event.clientY - top) / height) * steps);
    tip.hidden = !(n >= 0 && n <= l && l < steps);
    if (tip.hidden) return;
    tip.replaceChildren(
      element("span", {}, `n = ${n}, l = ${l}`),
      element("b", {}, hub.format(norms[index(n, l)])),
    );
    hub.besidePointer(tip, event);
  }
  function leave() {
    tip.hidden = true;
  }
  return {
    update({ data }) {
      norms = hub.floats(data.norms);
      if (data.steps !== steps) {
        steps = data.steps;
        label();
      }
      paint();
      name.textContent = data.name;
      picture.setAttribute("aria-label", data.words);
    },
  };
});
