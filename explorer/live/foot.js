// Carries what the server learns when all has come to rest.
hub.define("foot", () => {
  let mine = null;
  return {
    update: (component) => (hub.lines.foot = mine = component),
    close: () => hub.lines.foot === mine && (hub.lines.foot = null),
  };
});
