// A gate over the steps, drawn by its points: one step from a value to another, or a curve that is
// straight between its points.
hub.define("schedule", (component) => {
  const { element } = hub;
  const NEAR_PX = 16;
  const ON_PX = 9; // a double click this close removes a point, and adds one elsewhere
  const SNAPS = [0, 0.5, 1];
  const SNAP = 0.03;
  const MARGIN = { left: 26, right: 12, top: 9, bottom: 19 };
  const HEIGHT = 88;
  let data = { points: [], last: 1 };
  let points = [];
  let chosen = 0;
  let held = null; // where in the chosen point the pointer is
  let width = 0;

  const ground = element("svg:g", { "aria-hidden": "true" });
  const said = element("svg:g", { role: "img" });
  const hint = element("svg:title");
  const shade = element("svg:path", { class: "shade" });
  const line = element("svg:path", { class: "line" });
  const cursor = element("svg:path", { class: "here" });
  const layer = element("svg:g", {});
  const handles = [];
  said.append(shade, line);
  const pad = element(
    "svg:svg",
    {
      height: HEIGHT,
      onpointerdown: grab,
      onpointermove: drag,
      onpointerup: letGo,
      onpointercancel: letGo,
      ondblclick: twice,
      ontouchstart: (event) => near(event.touches[0]) && event.preventDefault(), // no scrolling
    },
    hint,
    ground,
    said,
    cursor,
    layer,
  );
  const fields = element("div", { class: "fields" });
  const problem = element("small", { role: "alert", hidden: "" });
  const part = element("div", { class: "live-schedule live-part" }, pad, fields, problem);
  component.parentElement.append(part);

  // Places in pixels.
  const wide = () => width - MARGIN.left - MARGIN.right;
  const high = HEIGHT - MARGIN.top - MARGIN.bottom;
  const across = (n) => MARGIN.left + (n / data.last) * wide();
  const down = (value) => MARGIN.top + (1 - value) * high;
  const pointerAt = (event) => {
    const box = pad.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const valueAt = ([x, y]) => [((x - MARGIN.left) / wide()) * data.last, 1 - (y - MARGIN.top) / high];

  // Drawing.
  function draw() {
    if (!width || !points.length) return;
    chosen = Math.min(chosen, points.length - 1);
    pad.setAttribute("width", width);
    const [left, right] = [across(0), across(data.last)];
    const text = (words, x, y, anchor) => element("svg:text", { x, y, "text-anchor": anchor }, words);
    ground.replaceChildren(
      ...[0, 0.5, 1].map((value) =>
        element("svg:path", { class: "grid", d: `M${left},${down(value)}H${right}` }),
      ),
      ...[0, 1].map((value) => text(value, left - 10, down(value) + 4, "end")),
      text("n = 0", left - 6, HEIGHT - 4, "start"),
      text(data.last, right, HEIGHT - 4, "middle"),
    );
    line.setAttribute("d", path());
    shade.setAttribute("d", `${path()}V${down(0)}H${left}Z`);
    said.setAttribute("aria-label", `${data.label}: ${points.map(words).join("; ")}.`);
    while (handles.length > points.length) handles.pop().remove();
    points.forEach((point, i) => {
      handles[i] ??= layer.appendChild(newHandle(i));
      handles[i].setAttribute("transform", `translate(${across(point[0])},${down(point[1])})`);
      handles[i].classList.toggle("chosen", i === chosen);
      const label = `${data.label}, point ${i + 1} of ${points.length}`;
      const now = { "aria-label": label, "aria-valuenow": point[1], "aria-valuetext": words(point) };
      for (const [name, value] of Object.entries(now)) handles[i].setAttribute(name, value);
    });
    drawCursor();
    fill();
  }
  const words = ([n, value]) => `${hub.format(value)} at n = ${n}`;
  function path() {
    const [first, ...rest] = points.map(([n, value]) => [across(n), down(value)]);
    if (data.shape === "linear") return `M${first}` + rest.map((place) => `L${place}`).join("");
    // Half a step before the switch: its own step has the new value already.
    const half = wide() / data.last / 2;
    return `M${first}` + rest.map(([x, y]) => `H${x - half}V${y}`).join("") + `H${across(data.last)}`;
  }
  function drawCursor() {
    if (width) cursor.setAttribute("d", `M${across(Math.min(hub.n, data.last))},${MARGIN.top}v${high}`);
  }
  const newHandle = (i) =>
    element(
      "svg:g",
      {
        class: "handle",
        tabindex: 0,
        role: "slider",
        "aria-valuemin": 0,
        "aria-valuemax": 1,
        onfocus: () => choose(i),
        onkeydown: (event) => pressed(event, i),
      },
      element("svg:circle", { class: "reach", r: NEAR_PX }),
      element("svg:circle", { class: "point", r: 5.5 }),
    );
  function choose(i) {
    if (chosen === i) return;
    chosen = i;
    draw();
  }

  // The number fields: of the chosen point, or of all there is to a single switch.
  let inputs = [];
  function build() {
    problem.hidden = true;
    hint.textContent =
      "Drag a point; it snaps to 0, 0.5 and 1, unless Alt is held." +
      (data.free ? " A double click adds a point, or removes one." : "");
    const field = (label, which, place, words) => {
      const onchange = () => typed(input, which(), place);
      const onkeydown = (event) => stepped(event, which(), place);
      const named = { "aria-label": `${data.label}: ${words}`, title: words };
      const input = hub.numberField({ ...named, onchange, onkeydown, onblur: adopt });
      inputs.push({ input, which, place });
      return element("label", {}, label, input);
    };
    const button = (symbol, words, work) =>
      element("button", { type: "button", title: words, "aria-label": words, onclick: work }, symbol);
    inputs = [];
    if (!data.free) {
      fields.replaceChildren(
        field("before", () => 0, 1, "value before the switch"),
        field("n =", () => 1, 0, "step of the switch"),
        field("after", () => 1, 1, "value after the switch"),
      );
      return;
    }
    fields.replaceChildren(
      field("n =", () => chosen, 0, "step of the point"),
      field("value", () => chosen, 1, "value of the point"),
      button("+", "Add a point (or double-click in the picture)", () => add(...spot())),
      button("−", "Remove this point (Delete)", () => remove(chosen)),
    );
  }
  function fill() {
    for (const { input, which, place } of inputs) {
      const [low, high] = place ? [0, 1] : stepsOf(which());
      hub.bound(input, low, high);
      input.disabled = low === high;
      if (input !== document.activeElement) hub.setField(input, points[which()][place]);
    }
    if (!data.free) return;
    const [more, less] = fields.querySelectorAll("button");
    more.disabled = points.length >= data.most || !spot();
    less.disabled = isEnd(chosen);
  }
  function typed(input, i, place) {
    const [low, high] = place ? [0, 1] : stepsOf(i);
    const [value, words] = hub.readField(input.value, { low, high, whole: !place });
    problem.textContent = words;
    problem.hidden = !words;
    if (!words) move(i, place ? [points[i][0], value] : [value, points[i][1]]);
  }
  function stepped(event, i, place) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [n, value] = points[i];
    move(i, place ? [n, value + by / 100] : [n + by, value]);
    hub.setField(event.target, points[i][place]);
  }

  // Setting. The first and the last point of a curve stay at its ends, the first of a switch at 0.
  const isEnd = (i) => i === 0 || (data.free && i === points.length - 1);
  const stepsOf = (i) => {
    if (isEnd(i)) return [points[i][0], points[i][0]];
    return [points[i - 1][0] + 1, (points[i + 1]?.[0] ?? data.last + 1) - 1];
  };
  const within = (value, low, high) => Math.max(low, Math.min(high, value));
  const onto = (value) => SNAPS.find((mark) => Math.abs(mark - value) <= SNAP) ?? value;

  function move(i, [n, value]) {
    const to = [within(Math.round(n), ...stepsOf(i)), Number(within(value, 0, 1).toFixed(2))];
    if (to[0] === points[i][0] && to[1] === points[i][1]) return;
    change(points.map((point, j) => (j === i ? to : point)));
  }
  function change(to) {
    points = to;
    problem.hidden = true;
    draw();
    hub.send(component, points.map((point) => point.join(":")).join("_"));
  }
  function add(n, value) {
    const i = points.findIndex((point) => point[0] > n);
    if (!data.free || points.length >= data.most || i < 1 || points[i - 1][0] === n) return;
    chosen = i;
    change([...points.slice(0, i), [n, Number(within(value, 0, 1).toFixed(2))], ...points.slice(i)]);
    handles[i].focus();
  }
  function remove(i) {
    if (!data.free || isEnd(i)) return;
    chosen = Math.max(1, Math.min(i, points.length - 3)); // the next that can be removed
    change(points.filter((_, j) => j !== i));
    handles[chosen].focus();
  }
  // Where a point is added that nobody pointed at: on the curve, at the cursor, or in the widest gap.
  function spot() {
    let n = Math.min(hub.n, data.last);
    if (points.some((point) => point[0] === n)) {
      const gaps = points.slice(1).map((point, i) => [point[0] - points[i][0], points[i][0]]);
      const [gap, from] = gaps.reduce((widest, next) => (next[0] > widest[0] ? next : widest));
      if (gap < 2) return null;
      n = from + Math.floor(gap / 2);
    }
    const i = points.findIndex((point) => point[0] > n);
    const [[a, from], [b, to]] = [points[i - 1], points[i]];
    return [n, from + ((to - from) * (n - a)) / (b - a)];
  }

  // The pointer.
  function nearest([x, y]) {
    const away = points.map(([n, value]) => Math.hypot(across(n) - x, down(value) - y));
    const i = away.indexOf(Math.min(...away));
    return [i, away[i]];
  }
  const near = (event) => nearest(pointerAt(event))[1] <= NEAR_PX;
  function grab(event) {
    if (event.button !== 0 || held || !near(event)) return;
    const place = pointerAt(event);
    const [i] = nearest(place);
    const [n, value] = valueAt(place);
    held = { n: points[i][0] - n, value: points[i][1] - value, pointer: event.pointerId };
    pad.setPointerCapture(event.pointerId);
    choose(i);
    handles[i].focus({ focusVisible: false, preventScroll: true });
    part.classList.add("dragging");
  }
  function drag(event) {
    if (held?.pointer !== event.pointerId) return;
    const [n, value] = valueAt(pointerAt(event));
    const to = value + held.value;
    move(chosen, [n + held.n, event.altKey ? to : onto(to)]);
  }
  function letGo(event) {
    if (held?.pointer !== event.pointerId) return;
    held = null;
    part.classList.remove("dragging");
    adopt();
  }
  function twice(event) {
    const place = pointerAt(event);
    const [i, away] = nearest(place);
    if (away <= ON_PX) return remove(i);
    const [n, value] = valueAt(place);
    add(Math.round(n), onto(value));
  }

  // The keys.
  function pressed(event, i) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [n, value] = points[i];
    const by = event.shiftKey ? 0.01 : 0.05;
    const keys = {
      ArrowLeft: () => move(i, [n - 1, value]),
      ArrowRight: () => move(i, [n + 1, value]),
      ArrowUp: () => move(i, [n, value + by]),
      ArrowDown: () => move(i, [n, value - by]),
      Delete: () => remove(i),
      Backspace: () => remove(i),
      Enter: () => spot() && add(...spot()),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  // The server's points, unless the visitor is ahead of them.
  let arrived = null;
  function adopt() {
    const typing = fields.contains(document.activeElement?.closest("input"));
    if (!arrived || held || typing || hub.busy(component)) return;
    const anew = arrived.free !== data.free;
    data = arrived;
    points = hub.values[data.key] ?? data.points;
    if (anew) build();
    draw();
  }
  const off = [hub.on("idle", adopt), hub.on("cursor", drawCursor)];
  const watch = new ResizeObserver(() => {
    const now = Math.floor(part.clientWidth);
    if (now === width) return;
    width = now;
    draw();
  });
  watch.observe(part);

  return {
    update(next) {
      component = next;
      arrived = next.data;
      hub.values[arrived.key] = arrived.points;
      part.style.setProperty("--gate", arrived.colour);
      adopt();
    },
    close() {
      watch.disconnect();
      for (const stop of off) stop();
    },
  };
});
