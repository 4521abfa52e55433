// A slider with a number field. Values go out while it is dragged, the newest last. Where it is `log`,
// equal ways on it are equal factors; where it is `bare`, it has the field alone, and two buttons.
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
  const field = hub.numberField({ onchange: typed, onkeydown: pressed });
  const name = element("span", {});
  const problem = element("small", { role: "alert", hidden: "" });
  const step = (sign, by) => element("button", { type: "button", onclick: () => go(by) }, sign);
  const steps = [step("−", -1), step("+", 1)];
  const label = element("label", {}, name, field);
  const row = element("div", { class: "row" }, label, ...steps);
  const part = element("div", { class: "live-slider" }, row, range, problem);
  component.parentElement.append(part);

  const placeOf = (value) => (data.log ? Math.log10(value) : value);
  const valueAt = (place) => (data.log ? Number((10 ** place).toPrecision(3)) : place);
  function change(value) {
    show(value);
    if (data.unit) hub.setUnit(value);
    hub.send(component, value);
  }
  function typed() {
    const [value, words] = hub.readField(field.value, data);
    if (!words) return change(value);
    problem.textContent = words;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  }
  function go(by) {
    if (by < 0) range.stepDown();
    else range.stepUp();
    change(valueAt(Number(range.value)));
  }
  function pressed(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(by);
  }
  function letGo() {
    held = false;
    adopt();
  }
  function show(value) {
    range.value = placeOf(value);
    hub.setField(field, Number(value.toPrecision(10)));
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
      Object.assign(range, { min: placeOf(data.low), max: placeOf(data.high), step: data.step });
      hub.bound(field, data.low, data.high);
      for (const input of [range, field]) input.setAttribute("aria-label", data.label);
      range.hidden = Boolean(data.bare);
      steps.forEach((button, i) => {
        button.hidden = !data.bare;
        button.setAttribute("aria-label", `${["Lower", "Raise"][i]} ${data.label}`);
      });
      adopt();
    },
    close: () => off(),
  };
});
