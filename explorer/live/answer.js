// The end of every answer of the server: it takes the next request, and hands the charts, in their
// order, the words that describe them. (Words in a chart's own description would have the browser
// build the chart anew whenever they change.)
hub.define("answer", () => {
  const CHARTS = '[data-testid="stVegaLiteChart"], [data-testid="stPlotlyChart"]';
  let words = [];
  let mine = null;
  function describe() {
    [...document.querySelectorAll(CHARTS)].slice(0, words.length).forEach((chart, i) => {
      if (chart.getAttribute("aria-label") !== words[i]) chart.setAttribute("aria-label", words[i]);
    });
  }
  // A chart that comes later names itself, or moves the others' places.
  const watch = new MutationObserver(later);
  const what = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] };
  watch.observe(document.body, what);
  let asked = false;
  function later() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      describe();
    });
  }
  return {
    update(component) {
      hub.picture = mine = component;
      words = component.data.words;
      describe();
      hub.answered(component.data);
    },
    close() {
      watch.disconnect();
      if (hub.picture === mine) hub.picture = null;
    },
  };
});
