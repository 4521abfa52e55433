// Choices among a few: a row of buttons, or a drop-down list. What else there is on the page may depend
// on them, so that the whole page runs at once.
hub.define("choice", (component) => {
  const { element } = hub;
  const name = element("span", { class: "name" });
  const row = element("div", { class: "row" });
  const part = element("div", { class: "live-choice", role: "radiogroup" }, name, row);
  component.parentElement.append(part);
  let shown = "";

  function option([value, label], group) {
    const input = element("input", { type: "radio", name: group, value, onchange: chosen });
    return element("label", {}, input, element("span", {}, label));
  }
  function chosen(event) {
    hub.choose(component, event.target.value);
  }
  return {
    update(next) {
      component = next;
      const { key, label, names, value, hidden } = next.data;
      name.textContent = label;
      name.hidden = Boolean(hidden);
      part.setAttribute("aria-label", label);
      const drawn = JSON.stringify(names);
      if (drawn !== shown) row.replaceChildren(...names.map((each) => option(each, key)));
      shown = drawn;
      for (const input of row.querySelectorAll("input")) input.checked = input.value === value;
    },
  };
});
hub.define("menu", (component) => {
  const { element } = hub;
  const name = element("span", { class: "name" });
  const list = element("select", { onchange: () => hub.choose(component, list.value) });
  component.parentElement.append(element("label", { class: "live-choice" }, name, list));
  let shown = "";
  return {
    update(next) {
      component = next;
      const { label, names, value } = next.data;
      name.textContent = label;
      const drawn = JSON.stringify(names);
      const option = ([value, label]) => element("option", { value }, label);
      if (drawn !== shown) list.replaceChildren(...names.map(option));
      shown = drawn;
      list.value = value;
    },
  };
});
