// Hands a component to the hub, or leaves it where the hub will look when it comes.
export default (component) => {
  const hub = (window.carousel ??= { early: [] });
  if (hub.mount) hub.mount(KIND, component);
  else hub.early.push([KIND, component]);
  return () => window.carousel.close?.(component.parentElement);
};
