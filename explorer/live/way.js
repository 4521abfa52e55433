// The way through the chapters: back and next, by the links of the navigation, so that the session stays.
hub.define("way", (component) => {
  const { element } = hub;
  const row = element("nav", { class: "live-way", "aria-label": "Chapters before and after" });
  component.parentElement.append(row);
  let shown = "";

  // The last: the link to home, the first, has no address but the page's.
  const linkTo = (path) =>
    [...document.querySelectorAll(".st-key-navigation a")].findLast((link) => link.pathname.endsWith(path));
  function go(path) {
    linkTo(`/${path}`)?.click();
    scrollTo(0, 0);
  }
  // Where the navigation is wider than the window, to the page's own link.
  function showHere() {
    const link = linkTo(location.pathname);
    const bar = link?.closest(".st-key-navigation");
    if (bar) bar.scrollLeft += link.getBoundingClientRect().left - bar.clientWidth / 2;
  }
  const button = (kind, words, path) =>
    element("button", { type: "button", class: kind, onclick: () => go(path) }, words);
  return {
    update({ data }) {
      if (JSON.stringify(data) === shown) return;
      shown = JSON.stringify(data);
      showHere();
      const { back, next, leads } = data;
      row.replaceChildren(
        ...(back ? [button("back", `← ${back.name}`, back.path)] : []),
        element("span", { class: "leads" }, leads),
        ...(next ? [button("next", `Next page: ${next.name} →`, next.path)] : []),
      );
    },
  };
});
