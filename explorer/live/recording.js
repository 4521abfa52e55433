// The recording of a run, which comes with the answer: what flows through every node and wire, at all
// steps. `head` says what stands where; `numbers` are a row a step.
hub.record = (head, numbers) => {
  hub.recording = head && {
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
  if (head && !hub.ahead()) hub.setUnit(head.unit);
  hub.emit("recording");
};
