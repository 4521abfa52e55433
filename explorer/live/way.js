// The way through the chapters: back and next, by the links of the navigation, so that the session stays.
hub.define("way", (component) => {
  const { element } = hub;
  const row = element("nav", { class: "live-way", "aria-label": "Chapters before and after" });
  component.parentElement.append(row);
  let shown = "";

  function go(path) {
    const links = [...document.querySelectorAll(".st-key-navigation a")];
    links.find((link) => link.pathname.endsWith(`/${path}`))?.click();
    scrollTo(0, 0);
  }
  const button = (kind, words, path) =>
    element("button", { type: "button", class: kind, onclick: () => go(path) }, words);
  return {
    update({ data }) {
      if (JSON.stringify(data) === shown) return;
      shown = JSON.stringify(data);
      const { back, next, leads } = data;
      row.replaceChildren(
        ...(back ? [button("back", `← ${back.name}`, back.path)] : []),
        element("span", { class: "leads" }, leads),
        ...(next ? [button("next", `Next page: ${next.name} →`, next.path)] : []),
      );
    },
  };
});
