// Choices among a few: a row of buttons, which may stand between a way back and a way on, or a drop-down
// list. What else there is on the page may depend on them, so that the whole page runs at once.
hub.define("choice", (component) => {
  const { element } = hub;
  const name = element("span", { class: "name" });
  const row = element("div", { class: "row", role: "radiogroup" });
  const way = (by) => element("button", { type: "button", class: "way", onclick: () => go(by) });
  const ways = [way(-1), way(1)];
  const walk = element("div", { class: "walk" }, ways[0], row, ways[1]);
  component.parentElement.append(element("div", { class: "live-choice" }, name, walk));
  let shown = "";
  const inputs = () => [...row.querySelectorAll("input")];
  const here = () => inputs().findIndex((input) => input.checked);

  function option([value, label], group) {
    const input = element("input", { type: "radio", name: group, value, onchange: chosen });
    return element("label", {}, input, element("span", {}, label));
  }
  function chosen(event) {
    limit();
    hub.choose(component, event.target.value);
  }
  function go(by) {
    const to = inputs()[here() + by];
    to.checked = true;
    limit();
    hub.choose(component, to.value);
  }
  function limit() {
    ways[0].disabled = here() <= 0;
    ways[1].disabled = here() >= inputs().length - 1;
  }
  return {
    update(next) {
      component = next;
      const { key, label, names, value, hidden, walk } = next.data;
      name.textContent = label;
      name.hidden = Boolean(hidden);
      ways.forEach((button, i) => {
        button.hidden = !walk;
        button.textContent = walk?.[i] ?? "";
      });
      row.setAttribute("aria-label", label);
      const drawn = JSON.stringify(names);
      if (drawn !== shown) row.replaceChildren(...names.map((each) => option(each, key)));
      shown = drawn;
      for (const input of inputs()) input.checked = input.value === value;
      limit();
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
