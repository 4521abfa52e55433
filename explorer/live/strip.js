// A text that a cell reads: the letter at the cursor marked, and what the readout expects after it.
hub.define("strip", (component) => {
  const { element } = hub;
  const text = element("code", { class: "letters" });
  const after = element("small");
  component.parentElement.append(element("div", { class: "strip" }, text, element("br"), after));
  let data = { letters: [], expected: [] };
  let letters = [];
  let marked;
  function show() {
    marked?.classList.remove("here");
    marked = letters[hub.n];
    marked?.classList.add("here");
    const [guesses, was] = data.expected[hub.n] ?? ["", ""];
    after.replaceChildren(
      "after this letter the cell expects ",
      element("code", {}, guesses),
      "; it was ",
      element("code", {}, was),
    );
  }
  const off = hub.on("cursor", show);
  return {
    update(next) {
      data = next.data;
      letters = [...data.letters].map((letter, n) =>
        element("span", { onclick: () => hub.moveTo(n) }, letter),
      );
      text.replaceChildren(...letters);
      show();
    },
    close: () => off(),
  };
});
