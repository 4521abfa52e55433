// The whole recording of a run, sent once a run: what flows through every node and wire, at all steps.
// Bytes: the length of a JSON head, the head, and float32 numbers, a row a step.
hub.define("recording", () => {
  let mine = null; // where a part moves on its page, the new one may come before the old one goes
  return { update, close: () => hub.recording === mine && (hub.recording = null) };

  function update({ data }) {
    const bytes = data.slice(); // aligned, and our own
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    const numbers = new Float32Array(bytes.buffer, 4 + length);
    hub.recording = mine = {
      ...head,
      // The value of a node or wire at a step for a unit, or the error that flows back through it;
      // where it has another width than the cell, the 2-norm.
      at(name, n, unit, backward = false) {
        const place = (backward ? head.backward : head.forward)[name];
        if (!place || n < 0 || n >= head.steps) return NaN;
        const [column, width] = place;
        const start = n * head.stride + column;
        if (width === head.units) return numbers[start + unit];
        if (width === 1) return numbers[start];
        return Math.hypot(...numbers.subarray(start, start + width));
      },
    };
    if (!hub.ahead()) hub.setUnit(head.unit);
    hub.emit("recording");
  }
});
