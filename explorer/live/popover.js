// A window that is opened by a key gets the keys: the framework leaves them on its button, and what is in
// the window comes last for Tab, after all the rest of the page.
const PATIENCE_FRAMES = 60; // until it is there
document.addEventListener("keydown", ({ key, target }) => {
  const button = target.closest?.('[data-testid="stPopover"] button');
  if (button && (key === "Enter" || key === " ")) enter(button, PATIENCE_FRAMES);
});
function enter(button, frames) {
  const body = document.querySelector('[data-testid="stPopoverBody"]');
  const first = body?.querySelector("select, input, textarea, button, [tabindex='0']");
  if (first && button === document.activeElement) first.focus({ preventScroll: true });
  else if (frames) requestAnimationFrame(() => enter(button, frames - 1));
}
