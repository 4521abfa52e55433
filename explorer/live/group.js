// Several controls in one component, below each other, each with an element of its own.
hub.define("group", (component) => {
  const row = hub.element("div", { class: "live-group" });
  const places = new Map(); // the key of a control -> its element
  component.parentElement.append(row);

  function place(key) {
    const css = key.replace(/[^\w-]/g, "-"); // as the framework names what has a key
    const made = hub.element("div", { class: `live-part st-key-${css}` });
    places.set(key, made);
    return made;
  }
  function remove(key) {
    hub.close(places.get(key));
    places.get(key).remove();
    places.delete(key);
  }
  return {
    update(next) {
      const { parts } = next.data;
      const keys = new Set(parts.map(({ key }) => key));
      for (const key of [...places.keys()]) if (!keys.has(key)) remove(key);
      parts.forEach(({ kind, key, data }, i) => {
        const here = places.get(key) ?? place(key);
        if (row.children[i] !== here) row.insertBefore(here, row.children[i] ?? null);
        hub.mount(kind, { ...next, parentElement: here, data });
      });
    },
    close() {
      for (const key of [...places.keys()]) remove(key);
    },
  };
});
