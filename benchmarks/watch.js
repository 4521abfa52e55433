// In a page under measurement: when a key went down, when the charts changed, when that was painted.
window.watch = (() => {
  const CHARTS = '[data-testid="stVegaLiteChart"]';
  const QUIET_MS = 150; // after the last change a press counts as answered
  const PATIENCE_MS = 700; // the same, while fewer charts than usual have changed
  const LIMIT_MS = 10000;
  let began = null; // the time of the key press, or of the start of a drag
  let mutated = null;
  let painted = null;
  let asked = false;
  let changed = new Set();
  let changes = [];
  let observers = [];

  const charts = () => [...document.querySelectorAll(CHARTS)];

  function note(i) {
    if (began === null) return;
    changed.add(i);
    mutated = performance.now();
    changes.push([i, mutated - began]);
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      painted = performance.now();
    });
  }

  // What a screen reader alone is told is not painted.
  const seen = ({ type, attributeName }) => type !== "attributes" || !attributeName.startsWith("aria-");

  function observe(target, options, react) {
    const observer = new MutationObserver(react);
    observer.observe(target, { subtree: true, childList: true, ...options });
    observers.push(observer);
  }
  function observeChart(chart, i) {
    const all = { attributes: true, characterData: true };
    observe(chart, all, (records) => records.some(seen) && note(i));
  }
  function arm() {
    observers.forEach((observer) => observer.disconnect());
    observers = [];
    began = mutated = painted = null;
    changed = new Set();
    changes = [];
    const known = charts();
    known.forEach(observeChart);
    observe(document.body, {}, () => {
      charts().forEach((chart, i) => {
        if (known.includes(chart)) return;
        known.push(chart); // a chart that was built anew
        observeChart(chart, i);
        note(i);
      });
    });
  }
  const begin = () => (began ??= performance.now());
  addEventListener("keydown", begin, true);

  // The time from the key press to the frame after the last change, and how many charts changed.
  async function settled(expected) {
    const since = performance.now();
    for (;;) {
      const now = performance.now();
      const patience = changed.size && changed.size >= expected ? QUIET_MS : PATIENCE_MS;
      const quiet = now - (mutated ?? began ?? now) >= patience;
      if (quiet || now - since > LIMIT_MS)
        return { ms: changed.size ? painted - began : null, changed: changed.size };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const shown = (chart) => chart.getBoundingClientRect().height > 0;
  const layout = () =>
    charts().filter(shown).map((chart) => {
      const { left, width, height } = chart.getBoundingClientRect();
      return { left, width, height };
    });

  // Until every chart has been drawn, and the page has stopped moving.
  async function drawn() {
    let before;
    for (;;) {
      const now = JSON.stringify(layout());
      const empty = charts().filter((chart) => !chart.querySelector("svg, canvas"));
      if (now === before && now !== "[]" && !empty.length) return;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  // Every press on the arrow key asks for one step more than the one before. Its time ends with the
  // frame that shows that step: a message posted in the frame's callback comes after its painting.
  function scrub(shown) {
    const first = shown();
    const waiting = [];
    const times = [];
    let presses = 0;
    const pressed = ({ key }) => {
      if (key === "ArrowRight") waiting.push({ at: performance.now(), step: first + ++presses });
    };
    addEventListener("keydown", pressed, true);
    const frame = new MessageChannel();
    frame.port1.onmessage = () => {
      const now = performance.now();
      while (waiting.length && waiting[0].step <= shown()) times.push(now - waiting.shift().at);
    };
    let going = true;
    (function next() {
      if (!going) return;
      frame.port2.postMessage(null);
      requestAnimationFrame(next);
    })();
    return () => {
      going = false;
      removeEventListener("keydown", pressed, true);
      return { times, lost: waiting.length };
    };
  }

  // What the charts show: their words, and the curves that Vega drew.
  const words = (chart) =>
    (chart.hasAttribute("aria-label") ? chart : chart.querySelector("[aria-label]"))?.getAttribute("aria-label");
  const curves = (chart) =>
    [...chart.querySelectorAll(".mark-line path")].map((path) => path.getAttribute("d"));
  const picture = () => charts().map((chart) => ({ words: words(chart), curves: curves(chart) }));

  return { arm, begin, settled, layout, drawn, scrub, picture, changes: () => changes };
})();
