// The end of every answer of the server: it takes the next request, and hands the charts, in their
// order, their names and the words that describe them. (Words in a chart's own description would have
// the browser build the chart anew whenever they change.)
hub.define("answer", (component) => {
  let mine = null;
  function describe() {
    hub.allCharts().forEach((chart, i) => {
      const { words, name } = hub.charts[i] ?? {};
      if (name && chart.dataset.chart !== name) chart.dataset.chart = name;
      if (words && chart.getAttribute("aria-label") !== words) chart.setAttribute("aria-label", words);
    });
    hub.emit("charts");
  }
  // A chart that comes later names itself, or moves the others' places.
  const watch = new MutationObserver(later);
  const what = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] };
  watch.observe(document.body, what);
  let asked = false;
  function later(changes) {
    // Most changes are inside a picture, and none of its concern.
    if (asked || changes?.every(({ target }) => target.closest?.("svg, .live-part"))) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      describe();
    });
  }
  const charts = hub.followOnCharts(component.parentElement);
  return {
    update(next) {
      hub.lines.picture = mine = next;
      const [answer, numbers] = unpacked(next.data);
      hub.charts = answer.charts;
      later();
      try {
        hub.record(answer.recording, numbers);
      } catch (error) {
        console.warn("carousel: the recording failed", error);
      }
      hub.answered(answer);
    },
    close() {
      watch.disconnect();
      charts();
      if (hub.lines.picture !== mine) return;
      hub.lines.picture = null;
      hub.record(null);
    },
  };
});
// The head in JSON and the numbers behind it, float32 or float64 (live.packed).
function unpacked(packed) {
  const bytes = packed.slice(); // aligned, and our own
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const Numbers = head.bytes === 8 ? Float64Array : Float32Array;
  return [head, new Numbers(bytes.buffer, 4 + length)];
}
hub.charts = [];
hub.allCharts = () => [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')];
