// What the live components of a page share: the cursor over time, what is hovered and selected, the
// recording. Lives at `window.carousel`, once a browser tab.
const hub = {
  n: 0,
  last: 0,
  unit: 0,
  backward: false,
  playing: false,
  speed: 2, // steps a second
  hovered: null, // a step, while the pointer is over a chart
  selected: null, // a signal's name
  recording: null,
};

// Events: `cursor`, `hover`, `select`, `unit`, `direction`, `play`, `recording`, `charts` (what is said of
// them); `idle` when the line to the server is free, `drop` when what was not sent yet is void (see
// line.js). A listener that fails is dropped, and the others hear of the event all the same.
const listeners = new Map();
hub.on = (event, listener) => {
  const heard = listeners.get(event) ?? listeners.set(event, new Set()).get(event);
  heard.add(listener);
  return () => heard.delete(listener);
};
hub.emit = (event) => {
  for (const listener of listeners.get(event) ?? []) {
    try {
      listener();
    } catch (error) {
      listeners.get(event).delete(listener);
      console.warn(`carousel: a listener to "${event}" failed`, error);
    }
  }
};
function set(field, event, value) {
  if (hub[field] === value) return;
  hub[field] = value;
  hub.emit(event);
}
hub.moveTo = (n) => set("n", "cursor", Math.max(0, Math.min(hub.last, Math.round(n))));
hub.hover = (n) => set("hovered", "hover", n);
hub.select = (name) => set("selected", "select", hub.selected === name ? null : name);
hub.setUnit = (unit) => set("unit", "unit", unit);
hub.setBackward = (backward) => set("backward", "direction", backward);

// Playing: steps by the clock, so that a slow frame leaves none out of time. Errors run from the last step
// to the first.
let due = 0;
const atEnd = () => (hub.backward ? hub.n <= 0 : hub.n >= hub.last);
hub.play = (playing) => {
  if (playing && atEnd()) hub.moveTo(hub.backward ? hub.last : 0);
  due = performance.now() + 1000 / hub.speed;
  if (playing && !hub.playing) requestAnimationFrame(tick);
  set("playing", "play", playing);
};
function tick(now) {
  if (!hub.playing) return;
  const period = 1000 / hub.speed;
  if (now >= due) {
    const steps = 1 + Math.floor((now - due) / period);
    due += steps * period;
    hub.moveTo(hub.n + (hub.backward ? -steps : steps));
    if (atEnd()) return hub.play(false);
  }
  requestAnimationFrame(tick);
}

// Numbers as the server writes them: four significant digits, a true minus sign.
hub.format = (number, digits = 4) => {
  if (!Number.isFinite(number)) return "–";
  if (number === 0) return "0";
  const rounded = Number(number.toPrecision(digits));
  const power = Math.floor(Math.log10(Math.abs(rounded)));
  const text = power < -4 || power >= digits ? rounded.toExponential() : String(rounded);
  return text.replace(/(?<=e[+-])\d$/, "0$&").replaceAll("-", "−");
};

// A number as people type it: with a decimal comma or point, any minus sign, a plus, a power of ten; NaN
// where it is none (as `read_number` in explorer/entries.py).
hub.read = (text) => {
  const plain = text.trim().replace(/[−–]/g, "-").replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
};
// The number of a field, and a sentence where it is none that fits.
hub.readField = (text, { low, high, whole }) => {
  const value = hub.read(text);
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return [value, ""];
  const wanted = `a ${whole ? "whole " : ""}number from ${hub.format(low)} to ${hub.format(high)}`;
  const typed = text.trim().length > 20 ? `${text.trim().slice(0, 20)}…` : text.trim();
  return [NaN, typed ? `“${typed}” is not ${wanted}.` : `Type ${wanted}.`];
};
// Fields for numbers are of text: the browser's own leave out what they do not know, as a comma.
hub.numberField = (listeners) =>
  hub.element("input", { type: "text", role: "spinbutton", autocomplete: "off", ...listeners });
hub.bound = (field, low, high) => {
  field.inputMode = low < 0 ? "text" : "decimal"; // some have no minus sign among their digits
  field.setAttribute("aria-valuemin", low);
  field.setAttribute("aria-valuemax", high);
};
hub.setField = (field, value) => {
  field.value = String(value).replaceAll("-", "−");
  field.setAttribute("aria-valuenow", value);
};

// Numbers that the server packed as float64 (live.floats).
hub.floats = (packed) => {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Float64Array(bytes.buffer);
};

// A label beside the pointer, inside the window.
hub.besidePointer = (label, { clientX, clientY }) => {
  const { offsetWidth: width, offsetHeight: height } = label;
  const left = clientX + 14 + width > innerWidth ? clientX - 14 - width : clientX + 14;
  const top = clientY + 14 + height > innerHeight ? clientY - 10 - height : clientY + 14;
  label.style.translate = `${Math.max(0, left)}px ${Math.max(0, top)}px`;
};

// Components. `make(component)` builds one in its element and returns how it takes new data; it is
// called once an element. One that fails says so in its place and leaves the others alone, and is
// made anew with the next data.
const kinds = new Map();
const made = new WeakMap();
hub.define = (kind, make) => kinds.set(kind, make);
hub.mount = (kind, component) => {
  const place = component.parentElement;
  const { slot } = component.data ?? {};
  if (slot) {
    slots.set(slot, { kind, component });
    return hub.fill(slot);
  }
  try {
    let part = made.get(place);
    if (!part) {
      part = kinds.get(kind)(component);
      made.set(place, part);
    }
    part.update(component);
  } catch (error) {
    console.warn(`carousel: ${kind} failed`, error);
    hub.close(place);
    const words = "This part could not be drawn; the rest of the page still works.";
    place.replaceChildren(hub.element("p", { class: "live-failed", role: "alert" }, words));
  }
};
// Parts that stand outside of the picture, which fills them with every answer.
const slots = new Map();
hub.filled = {};
hub.fill = (slot) => {
  const [found, data] = [slots.get(slot), hub.filled[slot]];
  if (!found || !data) return;
  if (data.chart) found.component.parentElement.dataset.chart = data.chart;
  const { fixed } = found.component.data;
  hub.mount(found.kind, { ...found.component, data: { ...fixed, ...data } });
};
hub.close = (place) => {
  for (const [slot, { component }] of slots) if (component.parentElement === place) slots.delete(slot);
  const part = made.get(place);
  made.delete(place);
  try {
    part?.close?.();
  } catch (error) {
    console.warn("carousel: a part did not close", error);
  }
};

// An element from its tag, attributes and children; `on...` attributes are listeners.
const SVG = "http://www.w3.org/2000/svg";
hub.element = (tag, attributes = {}, ...children) => {
  const made = tag.startsWith("svg:")
    ? document.createElementNS(SVG, tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
};
