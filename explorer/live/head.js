// The presets of a page, and the ways back: reset and undo.
hub.define("head", (component) => {
  const { element } = hub;
  const row = element("div", { class: "live-head", role: "group", "aria-label": "Presets" });
  component.parentElement.append(row);
  const button = (label, title, work) =>
    element("button", { type: "button", title, onclick: work }, label);
  let undoing = false; // once what is under way is answered
  function press(what) {
    undoing = false;
    hub.drop();
    component.setStateValue("sent", { what, seq: hub.next(), ...hub.tell() });
  }
  const reset = button("Reset", "Back to the state that this page opens with", () => press("reset"));
  const undo = button("Undo", "Take the last change back (Ctrl+Z)", () => press("undo"));
  reset.classList.add("back");
  undo.classList.add("back");
  let shown = "";
  let presets = [];
  function show() {
    presets.forEach((preset, i) => {
      preset.classList.toggle("current", i === hub.head.current);
      preset.setAttribute("aria-pressed", i === hub.head.current);
    });
    undo.disabled = !hub.head.can_undo;
  }
  function keyed(event) {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key !== "z") return;
    if (undo.disabled && !hub.ahead()) return;
    if (event.target.closest?.("input:not([type='range']), textarea")) return;
    event.preventDefault();
    if (hub.ahead()) undoing = true;
    else press("undo");
  }
  function rested() {
    show();
    if (undoing && !undo.disabled) press("undo");
    undoing = false;
  }
  document.addEventListener("keydown", keyed);
  const off = hub.on("idle", rested);
  return {
    update(next) {
      component = next;
      const { labels } = next.data;
      if (labels.join() !== shown) {
        shown = labels.join();
        presets = labels.map((label) => button(label, "", () => press(`preset/${label}`)));
        row.replaceChildren(...presets, reset, undo);
      }
      show();
    },
    close() {
      document.removeEventListener("keydown", keyed);
      off();
    },
  };
});
