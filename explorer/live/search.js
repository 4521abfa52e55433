// A field for words; they go out while they are typed, the newest last.
hub.define("search", (component) => {
  const { element } = hub;
  let data = {};
  const name = element("span", { class: "name" });
  const field = element("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => hub.send(component, field.value),
  });
  component.parentElement.append(element("label", { class: "live-search" }, name, field));

  // The server's words, unless the visitor is ahead of it.
  function adopt() {
    const value = hub.values[data.key] ?? data.value;
    if (!hub.busy(component) && field.value !== value) field.value = value;
  }
  const off = hub.on("idle", adopt);
  return {
    update(next) {
      component = next;
      data = next.data;
      hub.values[data.key] = data.value;
      name.textContent = data.label;
      field.placeholder = data.hint;
      field.maxLength = data.longest;
      adopt();
    },
    close: () => off(),
  };
});
