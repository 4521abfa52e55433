// The line to the server. At most one request is on its way; what is set meanwhile waits, the newest
// value of each control only, and goes out when the answer has been drawn. A request draws the
// picture anew and nothing else. When all has come to rest the server learns the step, for the link;
// where a control decides what else there is on the page, the whole page runs then.
const PATIENCE_MS = 20000; // for an answer that never comes
const REST_MS = 400;
const waiting = new Map(); // the key of a control -> its value
let sequence = Date.now();
let under_way = null;
let latest = null; // the newest answer
let movement = sequence; // all that is sent until it comes to rest
let moving = false;
let shapes = false; // whether the whole page has to follow
let resting;
let told = { n: null, flow: null }; // the step and the flow that the server said or was told last
const flow = () => (hub.backward ? "backward" : "forward");

// The components that carry messages: of the picture, of what follows at rest, of the whole page.
hub.lines = { picture: null, foot: null, whole: null };
hub.values = {}; // the server's values of all controls, by their key
hub.head = {}; // which preset is the current one, and whether there is something to undo

hub.send = (component, value) => {
  waiting.set(component.data.key, value);
  shapes ||= Boolean(component.data.shapes);
  if (!moving) movement = ++sequence;
  moving = true;
  clearTimeout(resting);
  pump();
};
hub.busy = ({ data }) => waiting.has(data.key) || Boolean(under_way?.controls.has(data.key));
hub.ahead = () => waiting.size > 0 || under_way !== null;

function pump() {
  if (under_way || !waiting.size || !hub.lines.picture) return;
  under_way = { sequence: ++sequence, controls: new Set(waiting.keys()) };
  under_way.timer = setTimeout(release, PATIENCE_MS, under_way);
  const values = Object.fromEntries(waiting);
  waiting.clear();
  hub.lines.picture.setStateValue("sent", { seq: under_way.sequence, movement, values });
}

hub.answered = (answer) => {
  const { page, run, rest, n, last } = answer;
  if (page !== latest?.page) leave();
  // A preset or another choice replaced the state: what still waits belongs to the one before.
  else if (run !== latest.run && rest === latest.rest) hub.drop();
  latest = answer;
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
  if (!under_way) return hub.emit("idle");
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

function rest() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    if (hub.ahead() || hub.playing) return;
    if (!moving && hub.n === told.n && flow() === told.flow) return;
    told = { n: hub.n, flow: flow() };
    hub.lines.foot?.setStateValue("sent", { seq: ++sequence, ...told });
    if (shapes) hub.lines.whole?.setStateValue("rest", sequence);
    moving = shapes = false;
  }, REST_MS);
}
hub.on("cursor", rest);
hub.on("play", rest);
hub.on("direction", rest);

function afterPaint(work, argument) {
  requestAnimationFrame(() => setTimeout(work, 0, argument));
}

// Forget what was not sent yet.
hub.drop = () => waiting.clear();

// Another page of the app: nothing of the last one is kept.
function leave() {
  hub.drop();
  clearTimeout(under_way?.timer);
  clearTimeout(resting);
  under_way = null;
  told = { n: null, flow: null };
  moving = shapes = false;
  hub.hover(null);
  if (hub.selected !== null) hub.select(hub.selected);
  hub.play(false);
}
