// The complex plane: the eigenvalues of W_s + W_r are dragged on it; those of the Jacobian of the
// step at the cursor move with the cursor.
hub.define("plane", (component) => {
  const { element } = hub;
  const REACH = 2.7; // of the axes; what lies beyond is drawn at the edge
  const SNAP = 0.03; // to the unit circle
  const NEAR_PX = 22;
  const MARGIN = { left: 30, right: 8, top: 6, bottom: 34 };
  let data = {};
  let points = []; // the two eigenvalues that are set, [re, im] each
  let held = null; // the one that is dragged, 0 or 1, and where in it the pointer is
  let size = 0;

  const ground = element("svg:g", { role: "img" });
  const link = element("svg:path", { class: "link" });
  const trail = element("svg:path", { class: "trail" });
  const crosses = [0, 1].map(() => element("svg:path", { class: "cross" }));
  const handles = [0, 1].map((i) =>
    element(
      "svg:g",
      { class: "handle", tabindex: 0, role: "slider", onkeydown: (event) => pressed(event, i) },
      element("svg:circle", { class: "reach", r: NEAR_PX }),
      element("svg:circle", { class: "ring", r: 10 }),
      element("svg:text", { y: i ? 25 : -15, "text-anchor": "middle" }, `μ${"₁₂"[i]}`),
    ),
  );
  const pad = element(
    "svg:svg",
    {
      onpointerdown: grab,
      onpointermove: drag,
      onpointerup: letGo,
      onpointercancel: letGo,
      ontouchstart: (event) => near(event.touches[0]) !== null && event.preventDefault(), // no scrolling
    },
    ground,
    trail,
    link,
    ...handles,
    ...crosses,
  );
  const rest = element("output", {});
  const here = element("output", {});
  const step = element("span", {});
  const legend = element(
    "div",
    { class: "legend" },
    element("span", { class: "rest" }, mark("M8,2a6,6 0 1 0 0.01,0Z"), "W_s + W_r, near rest"),
    rest,
    element("span", { class: "here" }, mark("M2,8h12M8,2v12"), step),
    here,
  );
  const hint = element(
    "small",
    {},
    "Drag a circle; it snaps to the unit circle, unless Alt is held. Arrow keys: 0.01, with Shift 0.1.",
  );
  const part = element("div", { class: "live-plane live-part" }, legend, pad, hint);
  component.parentElement.append(part);

  function mark(path) {
    const drawn = element("svg:path", { d: path });
    return element("svg:svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, drawn);
  }

  // Places in pixels.
  const scale = () => (size - MARGIN.left - MARGIN.right) / (2 * REACH);
  const edge = (value) => Math.max(-REACH, Math.min(REACH, value));
  const across = (re) => MARGIN.left + (edge(re) + REACH) * scale();
  const down = (im) => MARGIN.top + (REACH - edge(im)) * scale();
  const valueAt = (event) => {
    const box = pad.getBoundingClientRect();
    const re = (event.clientX - box.left - MARGIN.left) / scale() - REACH;
    const im = REACH - (event.clientY - box.top - MARGIN.top) / scale();
    return [re, im];
  };

  function layOut() {
    const width = Math.max(200, Math.min(380, Math.floor(part.clientWidth)));
    if (width === size) return;
    size = width;
    const height = size - MARGIN.left - MARGIN.right + MARGIN.top + MARGIN.bottom;
    for (const [name, value] of Object.entries({ width: size, height })) pad.setAttribute(name, value);
    const [left, right, top, bottom] = [across(-REACH), across(REACH), down(REACH), down(-REACH)];
    const line = (name, d) => element("svg:path", { class: name, d });
    const text = (words, x, y, anchor = "middle", more = {}) =>
      element("svg:text", { x, y, "text-anchor": anchor, ...more }, words);
    const ticks = [-2, -1, 0, 1, 2].flatMap((value) => [
      line(value ? "grid" : "axis", `M${across(value)},${top}V${bottom}M${left},${down(value)}H${right}`),
      text(hub.format(value), across(value), bottom + 14),
      text(hub.format(value), left - 5, down(value) + 4, "end"),
    ]);
    const middle = (top + bottom) / 2;
    ground.replaceChildren(
      element("svg:rect", { class: "all", x: left, y: top, width: right - left, height: bottom - top }),
      ...ticks,
      element("svg:circle", { class: "unit", cx: across(0), cy: down(0), r: scale() }),
      text("Re μ", (left + right) / 2, bottom + 30),
      text("Im μ", 10, middle, "middle", { transform: `rotate(-90 10 ${middle})` }),
      text("|μ| = 1", across(-0.74), down(-0.74) + 12, "end"),
    );
    draw();
  }

  // Drawing.
  const pair = () => data.form === "pair";
  const words = ([re, im], digits = 2) => {
    const [real, imaginary] = [rounded(re, digits), rounded(im, digits)];
    const sign = imaginary < 0 ? "−" : "+";
    return hub.format(real) + (imaginary ? ` ${sign} ${hub.format(Math.abs(imaginary))}i` : "");
  };
  const both = ([one, other]) =>
    one[1] && one[0] === other[0] && one[1] === -other[1]
      ? words([one[0], Math.abs(one[1])]).replace("+", "±")
      : `${words(one)}, ${words(other)}`;
  const rounded = (value, digits) => Number(value.toFixed(digits));
  const modulus = ([re, im]) => Math.hypot(re, im);
  const atStep = () => {
    const [a, b, c, d] = data.steps[Math.min(hub.n, data.steps.length - 1)];
    return [[a, b], [c, d]];
  };

  function draw() {
    if (!size || !points.length) return;
    const names = pair() ? ["eigenvalue μ", "conjugate eigenvalue"] : ["eigenvalue μ₁", "eigenvalue μ₂"];
    handles.forEach((handle, i) => {
      const [re, im] = points[i];
      handle.setAttribute("transform", `translate(${across(re)},${down(im)})`);
      const [low, high] = pair() ? data.bounds.modulus : data.bounds[`mu_${i + 1}`];
      const now = pair() ? modulus(points[i]) : re;
      const said = {
        "aria-label": `${names[i]} of W_s + W_r`,
        "aria-valuemin": low,
        "aria-valuemax": high,
        "aria-valuenow": rounded(now, 3),
        "aria-valuetext": `${words(points[i])}, modulus ${hub.format(rounded(modulus(points[i]), 3))}`,
      };
      for (const [attribute, value] of Object.entries(said)) handle.setAttribute(attribute, value);
    });
    const [one, other] = points;
    part.classList.toggle("real", !pair());
    link.setAttribute("d", pair() ? `M${across(one[0])},${down(one[1])}V${down(other[1])}` : "");
    rest.textContent = both(points);
    const dot = (re, im) => `M${across(re).toFixed(1)},${down(im).toFixed(1)}h0`;
    trail.setAttribute("d", data.steps.map(([a, b, c, d]) => dot(a, b) + dot(c, d)).join(""));
    drawStep();
  }
  function drawStep() {
    if (!size || !points.length) return;
    const values = atStep();
    values.forEach(([re, im], i) =>
      crosses[i].setAttribute("d", `M${across(re) - 7},${down(im)}h14M${across(re)},${down(im) - 7}v14`),
    );
    step.textContent = `Jacobian at n = ${hub.n}`;
    here.textContent = both(values);
    const set = (name, of) => {
      const outside = of.filter((value) => modulus(value) > 1 + 1e-9).length;
      const largest = rounded(Math.max(...of.map(modulus)), 3);
      return `${name}: largest modulus ${hub.format(largest)}, ${outside || "none"} outside the unit circle.`;
    };
    const said = `Complex plane. ${set("W_s + W_r", points)} ${set(`Jacobian at step ${hub.n}`, values)}`;
    ground.setAttribute("aria-label", said);
  }

  // Setting.
  const within = (value, [low, high]) => Math.max(low, Math.min(high, value));
  const equal = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);
  const ontoCircle = (length, snaps) => (snaps && Math.abs(length - 1) <= SNAP ? 1 : length);

  function valuesFor(i, [re, im], snaps) {
    if (!pair()) {
      const mu = within(Math.sign(re) * ontoCircle(Math.abs(re), snaps), data.bounds[`mu_${i + 1}`]);
      return { mu_1: points[0][0], mu_2: points[1][0], [`mu_${i + 1}`]: rounded(mu, 3) };
    }
    const length = rounded(within(ontoCircle(Math.hypot(re, im), snaps), data.bounds.modulus), 3);
    const angle = length ? (Math.atan2(Math.abs(im), re) * 180) / Math.PI : data.values.angle;
    return { modulus: length, angle: rounded(within(angle, data.bounds.angle), 1) };
  }
  function place(values, below = false) {
    data.values = values;
    if (pair()) {
      const angle = (values.angle * Math.PI) / 180;
      const re = values.modulus * Math.cos(angle);
      const im = (below ? -1 : 1) * values.modulus * Math.sin(angle);
      points = values.angle % 180 ? [[re, im], [re, -im]] : [[re, 0], [re, 0]];
    } else points = [[values.mu_1, 0], [values.mu_2, 0]];
    draw();
  }
  function set(i, value, snaps) {
    const values = valuesFor(i, value, snaps);
    const below = pair() && value[1] < 0 !== (i === 1);
    const same = equal(values, data.values);
    place(values, below);
    if (same) return;
    fresh = false;
    hub.send(component, values);
  }

  // The pointer takes the nearest handle, also where two lie on each other.
  function near(event) {
    const box = pad.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const away = points.map(([re, im]) => Math.hypot(across(re) - x, down(im) - y));
    const nearest = away[1] < away[0] ? 1 : 0;
    return away[nearest] <= NEAR_PX ? nearest : null;
  }
  function grab(event) {
    const i = near(event);
    if (event.button !== 0 || held || i === null) return;
    event.preventDefault();
    const [re, im] = valueAt(event);
    held = { i, re: points[i][0] - re, im: points[i][1] - im, pointer: event.pointerId };
    pad.setPointerCapture(event.pointerId);
    handles[i].focus({ focusVisible: false, preventScroll: true });
    part.classList.add("dragging");
  }
  function drag(event) {
    if (held?.pointer !== event.pointerId) return;
    const [re, im] = valueAt(event);
    set(held.i, [re + held.re, im + held.im], !event.altKey);
  }
  function letGo(event) {
    if (held?.pointer !== event.pointerId) return;
    held = null;
    part.classList.remove("dragging");
    adopt();
  }

  // The keys move by exact steps, whatever the rounding of what is sent.
  let exact = null;
  function pressed(event, i) {
    const by = event.shiftKey ? 0.1 : 0.01;
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const start = exact && exact.i === i && exact.values === data.values ? exact.value : points[i];
    const value = [start[0] + move[0], start[1] + move[1]];
    set(i, value, false);
    const [low, high] = pair() ? [0, data.bounds.modulus[1]] : data.bounds[`mu_${i + 1}`];
    const at = pair() ? modulus(value) : value[0];
    exact = at >= low && at <= high ? { i, value, values: data.values } : null;
  }

  // The server's values, unless the visitor is ahead of them.
  let arrived = null;
  let fresh = false; // whether they came after what was sent last
  function adopt() {
    if (!fresh || held || hub.busy(component)) return;
    const { form, values } = arrived;
    const same = form === data.form && equal(values, data.values);
    data = { ...arrived, values: same ? data.values : values };
    if (same) draw();
    else place(values);
  }
  const off = [hub.on("idle", adopt), hub.on("cursor", drawStep)];
  const watch = new ResizeObserver(layOut);
  watch.observe(part);

  return {
    update(next) {
      component = next;
      const { colours } = (arrived = next.data);
      fresh = true;
      part.style.setProperty("--rest", colours.rest);
      part.style.setProperty("--here", colours.here);
      if (data.form === arrived.form) data.steps = arrived.steps;
      adopt();
      layOut();
      draw();
    },
    close() {
      watch.disconnect();
      for (const stop of off) stop();
    },
  };
});
