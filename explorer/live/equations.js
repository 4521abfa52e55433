// The index of equations: a table with all of them, of which those that a search finds are shown.
hub.define("equations", (component) => {
  const { element } = hub;
  const count = element("p", { class: "count", role: "status" });
  const table = element("table", {}, element("thead", {}, element("tr")));
  const label = "Equations, with their places in the code";
  const list = element("div", { class: "live-rows", role: "region", "aria-label": label, tabindex: "0" }, table);
  const none = element("p", { class: "none", hidden: "" }, "No equation has all of these words; clear the search to see all.");
  component.parentElement.append(element("div", { class: "live-equations" }, count, list));
  list.append(none);
  const rows = new Map(); // number -> its row

  const HEADS = ["Eq", "Section", "What it says", "Here", "Where in the code", "Errata"];
  function build(equations) {
    table.tHead.rows[0].replaceChildren(...HEADS.map((head) => element("th", { scope: "col" }, head)));
    const body = element("tbody");
    for (const equation of equations) {
      const made = row(equation);
      rows.set(equation.number, made);
      body.append(made);
    }
    table.append(body);
  }
  function row({ number, section, title, here, places, status, prose, errata }) {
    const where = places.length ? places.map(place) : [prose ? `prose: ${prose}` : status];
    const cells = [element("td", { class: "where" }, ...where)];
    if (places.length) cells.unshift(element("td", { class: "here" }, ...here.map((text) => element("code", {}, text))));
    else cells[0].setAttribute("colspan", "2");
    return element(
      "tr",
      { class: places.length ? "" : "prose" },
      element("th", { scope: "row" }, `(${number})`),
      element("td", { class: "section" }, section),
      element("td", { class: "says" }, title),
      ...cells,
      element("td", { class: "errata" }, ...errata.map(erratum)),
    );
  }
  function place([file, owner, span]) {
    const more = span ? ` (${span})` : "";
    return element("span", { class: "place" }, element("code", {}, file), owner && " ", owner && element("b", {}, owner), more);
  }
  function erratum(number) {
    const see = () => hub.choose(component, { see: number });
    const short = number.replace(/^000-/, "");
    return element("button", { type: "button", title: `What is wrong: errata ${short}`, onclick: see }, short);
  }
  return {
    update(next) {
      component = next;
      const { equations, shown } = next.data;
      if (!rows.size) build(equations);
      const found = new Set(shown);
      for (const [number, each] of rows) each.hidden = !found.has(number);
      none.hidden = found.size > 0;
      const inCode = equations.filter(({ number, places }) => found.has(number) && places.length).length;
      count.textContent = `${found.size} of ${rows.size} equations; ${inCode} of these are computed`;
    },
  };
});
