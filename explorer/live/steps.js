// Words and numbers of the step at the cursor: elements with `data-of` show that row of the
// recording, or that column of the part's own.
const plain = (value) => (typeof value === "number" ? hub.format(value) : value);
const LOOKS = {
  plain,
  later: (value) => `${value < 0 ? "−" : "+"} ${hub.format(Math.abs(value))}`,
  factor: (value) => (value < 0 ? `(${hub.format(value)})` : hub.format(value)),
};
hub.define("steps", (component) => {
  const part = hub.element("div", { class: "live-steps" });
  component.parentElement.append(part);
  let shown = "";
  let places = [];
  let columns = {};
  function show() {
    for (const { place, name, look } of places) {
      const words = look(valueOf(name));
      if (place.textContent !== words) place.textContent = words;
    }
  }
  function valueOf(name) {
    if (name === "n") return String(hub.n);
    if (name === "unit") return String(hub.unit);
    const column = columns[name];
    if (column) return column[Math.min(hub.n, column.length - 1)] ?? NaN;
    return hub.recording?.at(name, hub.n, hub.unit) ?? NaN;
  }
  const off = ["cursor", "unit", "recording"].map((event) => hub.on(event, show));
  return {
    update({ data }) {
      columns = data.columns;
      if (data.html !== shown) {
        part.innerHTML = shown = data.html;
        places = [...part.querySelectorAll("[data-of]")].map((place) => ({
          place,
          name: place.dataset.of,
          look: LOOKS[place.dataset.as ?? "plain"],
        }));
      }
      show();
    },
    close: () => off.forEach((stop) => stop()),
  };
});
