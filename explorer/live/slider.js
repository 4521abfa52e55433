// A slider with a number field. Values go out while it is dragged, the newest last. Where it is `log`,
// equal ways on it are equal factors.
hub.define("slider", (component) => {
  const { element } = hub;
  let data = {};
  let held = false;
  const range = element("input", {
    type: "range",
    oninput: () => change(valueAt(Number(range.value))),
    onpointerdown: () => (held = true),
    onpointerup: letGo,
    onpointercancel: letGo,
  });
  const field = element("input", { type: "number", step: "any", onchange: typed });
  const name = element("span", {});
  const problem = element("small", { role: "alert", hidden: "" });
  const part = element(
    "div",
    { class: "live-slider" },
    element("label", {}, name, field),
    range,
    problem,
  );
  component.parentElement.append(part);

  const placeOf = (value) => (data.log ? Math.log10(value) : value);
  const valueAt = (place) => (data.log ? Number((10 ** place).toPrecision(3)) : place);
  function change(value) {
    show(value);
    if (data.unit) hub.setUnit(value);
    hub.send(component, value);
  }
  function typed() {
    const value = field.value.trim() === "" ? NaN : Number(field.value);
    const whole = !data.whole || Number.isInteger(value);
    const fits = value >= data.low && value <= data.high && whole;
    problem.hidden = fits;
    if (fits) return change(value);
    const kind = data.whole ? "a whole number" : "a number";
    problem.textContent = `Type ${kind} from ${hub.format(data.low)} to ${hub.format(data.high)}.`;
  }
  function letGo() {
    held = false;
    adopt();
  }
  function show(value) {
    range.value = placeOf(value);
    field.value = Number(value.toPrecision(10));
    range.setAttribute("aria-valuetext", hub.format(value));
    const [low, high] = [data.low, data.high].map(placeOf);
    const share = (100 * (placeOf(value) - low)) / (high - low || 1);
    range.style.setProperty("--share", `${share}%`);
    problem.hidden = true;
  }
  // The server's value, unless the visitor is ahead of it.
  function adopt() {
    if (held || hub.busy(component) || field === document.activeElement) return;
    const value = hub.values[data.key] ?? data.value;
    show(value);
    if (data.unit) hub.setUnit(value);
  }
  const off = hub.on("idle", adopt);

  return {
    update(next) {
      component = next;
      data = next.data;
      hub.values[data.key] = data.value;
      name.textContent = data.label;
      for (const [input, end] of [[range, placeOf], [field, Number]]) {
        input.min = end(data.low);
        input.max = end(data.high);
        input.setAttribute("aria-label", data.label);
      }
      range.step = data.step;
      adopt();
    },
    close: () => off(),
  };
});
