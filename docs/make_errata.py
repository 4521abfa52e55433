"""Write docs/errata.md: the errata of the sources, from the declared rows of lstm_core.errata.

python -m docs.make_errata
"""

from __future__ import annotations

import inspect
from pathlib import Path
from textwrap import fill

from lstm_core.errata import ERRATA, KINDS, Erratum

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "errata.md"
DOCUMENTS = {
    "000": "A. Sherstinsky, *Fundamentals of Recurrent Neural Network (RNN) and Long Short-Term"
    " Memory (LSTM) Network*",
    "001": "Kim Choeun, *Fundamentals of RNN and LSTM Network*, slides",
    "002": "R. C. Staudemeyer and E. Rothstein Morris, *Understanding LSTM*",
    "003": "B. Ghojogh, *Recurrent Neural Networks and Long Short-Term Memory Networks*, slides",
    "004": "M. Hagan, *Nonlinear Sequence Processing*, chapter 12",
}

HEAD = """# Errata

The sources have errors. This code computes the corrected forms; where an error teaches something, a
page shows the printed form beside the right one. Numbers are those that pages and comments cite:
`000-11` is number 11 of document 000, cited as *errata 11*.

Generated from the rows of `lstm_core/errata/` by `python -m docs.make_errata`; a test keeps it up to
date. Most rows have a check that computes what is printed, what is right and the truth (automatic
differentiation, or an independent exact computation) on a random instance, with the relative errors:

```python
from lstm_core.errata import ERRATA

ERRATA["000-11"].check(seed=0)
```

{kinds}
"""
COLUMNS = ("No", "Where", "Kind", "What is wrong", "What is right", "What the code does", "File")


def page() -> str:
    """The text of docs/errata.md."""
    kinds = ", ".join(f"{kind} {meaning}" for kind, meaning in KINDS.items())
    parts = [HEAD.format(kinds=fill(f"Kinds: {kinds}.", 101))]
    for document, title in DOCUMENTS.items():
        parts.append(f"\n## Document {document}\n\n{title}.\n\n")
        parts.append(line(COLUMNS) + line(("---",) * len(COLUMNS)))
        parts += [line(cells(row)) for row in ERRATA.values() if row.document == document]
    return "".join(parts)


def line(texts: tuple[str, ...]) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |\n"


def cells(row: Erratum) -> tuple[str, ...]:
    return (row.number, row.where, row.kind, row.wrong, row.right, row.code, files(row))


def files(row: Erratum) -> str:
    """The files of the code, and that of the check or why there is none."""
    code = ", ".join(f"`{name}`" for name in row.files)
    if row.check is None:
        check = f"no check: {row.unchecked}"
    else:
        path = Path(inspect.getfile(row.check)).resolve().relative_to(ROOT).as_posix()
        check = f"check: `{path}` `{row.check.__name__}`"
    return f"{code}; {check}" if code else check


def main() -> None:
    TARGET.write_text(page(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
