// The line to the server. At most one request is on its way; what is set meanwhile waits, the newest
// value of each control only, and goes out when the answer has been drawn. A request draws the
// picture anew and nothing else. When all has come to rest the link is written; where a control decides
// what else there is on the page, the whole page runs then.
const PATIENCE_MS = 20000; // for an answer that never comes
const REST_MS = 400;
const waiting = new Map(); // the key of a control -> its value
let sequence = Date.now();
let under_way = null;
let latest = null; // the newest answer
let movement = sequence; // all that is sent until it comes to rest
let moving = false;
let shapes = false; // whether the whole page has to follow
let resting = null; // the timer that runs out when all has come to rest
const looks = () => ({ n: hub.n, flow: hub.backward ? "backward" : "forward" });
const UNTOLD = { n: null, flow: null };
let told = UNTOLD; // what the server said or was told last
const left = new Map(); // by page, what was looked at when it was left

// The components that carry messages: of the picture, of the whole page.
hub.lines = { picture: null, whole: null };
hub.values = {}; // the server's values of all controls, by their key
hub.head = {}; // which preset is the current one, and whether there is something to undo

hub.send = (component, value) => {
  waiting.set(component.data.key, value);
  shapes ||= Boolean(component.data.shapes);
  if (!moving) movement = ++sequence;
  moving = true;
  stir();
  pump();
};
// One of several changes that all have to arrive, in their order.
hub.add = (component, change) =>
  hub.send(component, [...(waiting.get(component.data.key) ?? []), change]);
hub.busy = ({ data }) => waiting.has(data.key) || Boolean(under_way?.controls.has(data.key));
// A choice: the whole page runs with it, and with what was still waiting.
hub.choose = (component, value) => {
  const values = { ...Object.fromEntries(waiting), [component.data.key]: value };
  waiting.clear();
  component.setStateValue("sent", { seq: ++sequence, movement, values, ...hub.tell() });
};
hub.tell = () => (told = looks());
hub.next = () => ++sequence;
hub.ahead = () => waiting.size > 0 || under_way !== null;
// Nothing waits, nothing is on its way, and the link is written.
hub.settled = () => !hub.ahead() && resting === null;

function pump() {
  if (under_way || !waiting.size || !hub.lines.picture) return;
  under_way = { sequence: ++sequence, controls: new Set(waiting.keys()) };
  under_way.timer = setTimeout(release, PATIENCE_MS, under_way);
  const values = Object.fromEntries(waiting);
  waiting.clear();
  hub.lines.picture.setStateValue("sent", {
    seq: under_way.sequence,
    movement,
    values,
    ...hub.tell(),
  });
}

hub.answered = (answer) => {
  const { page, run, rest, n, last } = answer;
  if (page !== latest?.page) leave(page);
  // A preset or another choice replaced the state: what still waits belongs to the one before.
  else if (run !== latest.run && rest === latest.rest) hub.drop();
  latest = { ...answer, path: location.pathname };
  hub.values = answer.values;
  hub.head = answer.head;
  const elsewhere = n !== told.n || last !== hub.last;
  const to = n === told.n ? hub.n : n;
  if (answer.flow !== told.flow) hub.setBackward(answer.flow === "backward");
  told = { n, flow: answer.flow };
  hub.last = last;
  if (elsewhere) hub.n = -1; // so that all hear of it
  hub.moveTo(to);
  hub.filled = answer.parts;
  for (const slot of Object.keys(hub.filled)) hub.fill(slot);
  if (!under_way) {
    if (!hub.ahead()) writeLink();
    return hub.emit("idle");
  }
  if (answer.seq >= under_way.sequence) afterPaint(release, under_way);
};

function release(request) {
  if (under_way !== request) return;
  clearTimeout(request.timer);
  under_way = null;
  pump();
  if (under_way) return;
  hub.emit("idle");
  rest();
}

function stir() {
  clearTimeout(resting);
  resting = null;
}

function rest() {
  stir();
  resting = setTimeout(() => {
    resting = null;
    if (hub.ahead() || hub.playing || !latest) return;
    writeLink();
    if (shapes) hub.lines.whole?.setStateValue("rest", sequence);
    moving = shapes = false;
  }, REST_MS);
}
hub.on("cursor", rest);
hub.on("play", rest);
hub.on("direction", rest);

// The state into the address bar; what is not of the state, as `embed`, stays.
hub.writeLink = writeLink;
function writeLink() {
  if (!latest?.link) return;
  const { query, plain } = latest.link;
  const link = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("embed")) link.append(name, value);
  }
  for (const [name, value] of Object.entries(query)) link.set(name, value);
  for (const [name, value] of Object.entries(looks())) {
    if (name in plain && value !== plain[name]) link.set(name, value);
  }
  const search = link.size ? `?${link}` : "";
  if (search !== location.search) history.replaceState(history.state, "", location.pathname + search);
}

// When the framework forgets the link that the page was opened with, it would write an address without
// the state. A reload finds the state at any time: on its own page the link is the app's.
const push = history.pushState;
history.pushState = function (data, title, url) {
  const { pathname } = location;
  const own = latest?.link && latest.path === pathname && new URL(url, location.href).pathname === pathname;
  if (own) writeLink();
  else push.call(history, data, title, url);
};

function afterPaint(work, argument) {
  requestAnimationFrame(() => setTimeout(work, 0, argument));
}

// Forget what was not sent yet: the state is another one.
hub.drop = () => {
  waiting.clear();
  hub.emit("drop");
};

// Another page of the app: of the last one it is kept what was looked at.
function leave(page) {
  if (latest) left.set(latest.page, { told, looks: looks() });
  const before = left.get(page);
  if (before) {
    hub.n = before.looks.n;
    hub.setBackward(before.looks.flow === "backward");
  }
  hub.drop();
  clearTimeout(under_way?.timer);
  stir();
  under_way = null;
  told = before?.told ?? UNTOLD;
  moving = shapes = false;
  hub.hover(null);
  if (hub.selected !== null) hub.select(hub.selected);
  hub.play(false);
}
