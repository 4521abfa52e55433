// The time cursor: first, back, play, on, last, a slider and the speed; the same by keys.
const ICONS = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M11 3v10L4 8z",
  play: "M4 2.5v11L13 8z",
  playBack: "M12 2.5v11L3 8z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  on: "M5 3v10l7-5z",
  end: "M11 3h2v10h-2zM3 3v10l7-5z",
};
hub.define("cursor", (component) => {
  const { element } = hub;
  const icon = (name) =>
    element(
      "svg:svg",
      { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
      element("svg:path", { d: ICONS[name], fill: "currentColor" }),
    );
  const button = (name, words, work) =>
    element(
      "button",
      { type: "button", class: name, title: words, "aria-label": words, onclick: work },
      icon(name),
    );
  const slider = element("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "time step n",
    oninput: () => hub.moveTo(Number(slider.value)),
  });
  const play = button("play", "", () => hub.play(!hub.playing));
  const first = button("first", "First step (Home)", () => hub.moveTo(0));
  const back = button("back", "One step back (left arrow)", () => hub.moveTo(hub.n - 1));
  const on = button("on", "One step on (right arrow)", () => hub.moveTo(hub.n + 1));
  const end = button("end", "Last step (End)", () => hub.moveTo(hub.last));
  const label = element("output", { class: "where" });
  const speed = element(
    "select",
    {
      "aria-label": "speed of play",
      title: "Speed of play",
      onchange: () => hub.setSpeed(Number(speed.value)),
    },
    ...[1, 2, 5, 10, 20].map((rate) => element("option", { value: rate }, `${rate}/s`)),
  );
  const bar = element("div", { class: "live-cursor" }, first, back, play, on, end, label, slider, speed);
  component.parentElement.append(bar);

  function show() {
    slider.setAttribute("aria-valuetext", `n = ${hub.n} of ${hub.last}`);
    label.textContent = `n = ${hub.n} of ${hub.last}`;
    first.disabled = back.disabled = hub.n === 0;
    on.disabled = end.disabled = hub.n === hub.last;
    slider.max = hub.last;
    slider.value = hub.n;
    slider.style.setProperty("--share", `${(100 * hub.n) / (hub.last || 1)}%`);
    bar.hidden = hub.last < 1;
  }
  function showPlay() {
    const way = hub.backward ? "Play backward, from the last step to the first" : "Play";
    const words = `${hub.playing ? "Pause" : way} (space)`;
    play.replaceChildren(icon(hub.playing ? "pause" : hub.backward ? "playBack" : "play"));
    play.title = words;
    play.setAttribute("aria-label", words);
  }
  const keys = {
    ArrowLeft: () => hub.moveTo(hub.n - 1),
    ArrowRight: () => hub.moveTo(hub.n + 1),
    Home: () => hub.moveTo(0),
    End: () => hub.moveTo(hub.last),
    " ": () => hub.play(!hub.playing),
  };
  function pressed(event) {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!keys[event.key] || ownsKeys(target, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }
  const heard = [
    ["keydown", pressed],
    ["pointerup", giveKeysBack, true],
    ...["pointerdown", "keydown", "change"].map((type) => [type, giveKeysOfListBack, true]),
  ];
  for (const each of heard) document.addEventListener(...each);
  const off = [
    ...["cursor", "idle"].map((event) => hub.on(event, show)),
    ...["play", "direction"].map((event) => hub.on(event, showPlay)),
  ];
  showPlay();
  hub.hasCursor = true;

  return {
    update() {
      speed.value = hub.speed;
      show();
    },
    close() {
      hub.hasCursor = false;
      hub.play(false);
      for (const each of heard) document.removeEventListener(...each);
      for (const stop of off) stop();
    },
  };
});
hub.setSpeed = (speed) => {
  hub.speed = speed;
  if (hub.playing) hub.play(true);
};

// Elements that use a key themselves: fields, sliders (but for the space bar), rows of choices, and
// buttons the space bar.
function ownsKeys(target, key) {
  if (!(target instanceof Element)) return false;
  const own = "input, textarea, select, [contenteditable='true'], [role='slider'], [role='grid']";
  const choice = "[role='radiogroup'], [role='listbox'], [role='tablist'], [role='menu']";
  const owner = target.closest(`${own}, ${choice}`);
  if (owner) return !(key === " " && owner.matches("input[type='range'], [role='slider']"));
  return key === " " && Boolean(target.closest("button, a, summary, [role='button']"));
}

// A click or a drag leaves the keys to the cursor; who came by the keyboard keeps them.
function giveKeysBack(event) {
  const used = event.target.closest?.(
    "[role='radiogroup'], .live-slider, .live-head, .live-cell, .live-unrolled, .live-cursor button",
  );
  const back = () => {
    const focused = document.activeElement;
    if (used.contains(focused) && focused.type !== "text") focused.blur();
  };
  if (used) setTimeout(back);
}

// The same of a list, whose own window takes the click: who chose by the keyboard pressed a key before.
let clickedList = null;
function giveKeysOfListBack({ type, target }) {
  if (type === "change" && target === clickedList) target.blur();
  clickedList = type === "pointerdown" ? target.closest?.("select") : null;
}
