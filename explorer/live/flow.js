// The switch between the signals, forward, and the errors, backward. Returns it and how to let go of it.
hub.flowSwitch = () => {
  const choice = (words, backward) =>
    hub.element("button", { type: "button", onclick: () => hub.setBackward(backward) }, words);
  const forward = choice("Forward: signals", false);
  const back = choice("Backward: errors", true);
  function show() {
    forward.setAttribute("aria-pressed", !hub.backward);
    back.setAttribute("aria-pressed", hub.backward);
  }
  show();
  const group = { class: "live-switch", role: "group", "aria-label": "Flow" };
  return [hub.element("span", group, forward, back), hub.on("direction", show)];
};
