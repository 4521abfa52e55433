"""Write docs/equations.md: where the code has each equation of the sources.

    python -m docs.make_equation_index

The numbers come from the declared tables of the cells (signals, nodes, parameter gradients) and
from docstrings and comments of lstm_core and explorer that say ``(134)``, ``(156-170)`` or
``Eq 91 and 179-182``. A number belongs to the document named before it in the same text, else to
the one that the module's docstring names, else to document 000. lstm_core.errata is left out: it
holds equations as they are printed, wrong ones among them, and docs/errata.md is its list.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lstm_core as lc

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "equations.md"
FOLDERS = ("lstm_core", "explorer")
WITHOUT = "lstm_core/errata"
SPINE = "000"
AUTHORS = {
    "000": "Sherstinsky",
    "002": "Staudemeyer and Rothstein Morris",
    "003": "Ghojogh",
    "004": "Hagan",
}

DOCUMENT = re.compile(r"document (\d{3})")
ITEM = r"\d{1,3}(?:-\d{1,3})?(?![\d.]\d)"
# "Eq 91 and 179-182", "Eq 118 (mean), 119 (variance), 120"; or a number alone in parentheses.
LISTED = re.compile(rf"\bEq ({ITEM}(?:(?: \([^()]*\))?(?:,| and) {ITEM})*)")
LONE = re.compile(r"\((\d{2,3}(?:-\d{2,3})?)\)")

HEAD = """# Equation index

Where the code has each equation of the source documents. Generated from the cells' declared tables,
the docstrings and the comments by `python -m docs.make_equation_index`; a test keeps it up to date.

*Here* is the equation as the cell declares it: `'` is the step before, `dE/d` a total derivative,
transposes as corrected ([errata](errata.md)). A range after a place means that the place names the
equation only as one of that range.
"""


@dataclass(frozen=True)
class Mention:
    """One place that names an equation, alone or as one of a ``span``."""

    document: str
    number: int
    file: str
    owner: str
    span: str = ""

    @property
    def place(self) -> str:
        name = f"`{self.file}`" + (f" `{self.owner}`" if self.owner else "")
        return name + (f" ({self.span})" if self.span else "")


def mentions_in_text(text: str, file: str, owner: str, default: str) -> Iterator[Mention]:
    """The equations that a docstring or a comment names."""
    documents = [(found.start(), found[1]) for found in DOCUMENT.finditer(text)]
    for found in (*LISTED.finditer(text), *LONE.finditer(text)):
        document = next((d for at, d in reversed(documents) if at < found.start()), default)
        for item in re.findall(r"\d+(?:-\d+)?", re.sub(r" \([^()]*\)", "", found[1])):
            first, _, last = item.partition("-")
            for number in range(int(first), int(last or first) + 1):
                yield Mention(document, number, file, owner, item if last else "")


def mentions_in_file(path: Path) -> Iterator[Mention]:
    """The equations that the docstrings and comments of one file name."""
    source, file = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    tree = ast.parse(source)
    named = DOCUMENT.search(ast.get_docstring(tree) or "")
    default = named[1] if named else SPINE
    spans: list[tuple[int, int, str]] = []
    for owner, node in owners(tree):
        text = ast.get_docstring(node)
        if not isinstance(node, ast.Module):
            spans.append((node.lineno, node.end_lineno or node.lineno, owner))
        if text:
            yield from mentions_in_text(text, file, owner, default)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line = token.start[0]
            owner = next((o for first, last, o in reversed(spans) if first <= line <= last), "")
            yield from mentions_in_text(token.string, file, owner, default)


Owner = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def owners(node: Owner, name: str = "") -> Iterator[tuple[str, Owner]]:
    """A module, and every class and function in it by dotted name; inner ones after outer ones."""
    yield name, node
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from owners(child, f"{name}.{child.name}".lstrip("."))


def mentions_in_tables(cell: lc.Cell) -> Iterator[tuple[Mention, str]]:
    """The equations that a cell declares, each with what it reads there."""
    file = Path(inspect.getfile(type(cell))).resolve().relative_to(ROOT).as_posix()
    named = DOCUMENT.search(cell.source)

    def mention(number: str) -> Mention:
        return Mention(named[1] if named else SPINE, int(number), file, type(cell).__name__)

    nodes = {node.name: node for node in cell.nodes}
    greek = {signal: name for name, signal in cell.gradient_names.items()}
    for name, signal in cell.signals.items():
        right = signal.terms
        if name in nodes:
            right = nodes[name].terms
        elif signal.of:
            right = f"{signal.warp}({signal.of})"
        if signal.equation.isdigit():
            yield mention(signal.equation), f"{name} = {right}" if right else name
        if signal.gradient_equation.isdigit():
            yield mention(signal.gradient_equation), f"{signal.gradient} = dE/d{name}"
    for param in cell.params.values():
        if param.gradient_equation.isdigit():
            alpha = greek.get(param.dest, f"dE/d{param.dest}")
            primes = "'" * param.lag
            tap, at = ("[l]", "[n+l]") if param.is_window else ("", primes)
            source = f" {param.source}{at}^T" if param.source else ""
            yield mention(param.gradient_equation), f"dE/d{param.name}{tap} = {alpha}{source}"


def index() -> str:
    """The text of docs/equations.md."""
    reads: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    places: dict[tuple[str, int], list[Mention]] = defaultdict(list)
    for cell in lc.CELLS.values():
        for mention, text in mentions_in_tables(cell):
            places[mention.document, mention.number].append(mention)
            reads[mention.document, mention.number][f"`{text}`"] = None
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.is_relative_to(ROOT / WITHOUT):
                continue
            for mention in mentions_in_file(path):
                places[mention.document, mention.number].append(mention)
    parts = [HEAD]
    for document in sorted({document for document, _ in places}):
        author = AUTHORS.get(document)
        parts.append(f"\n## Document {document}{f' ({author})' if author else ''}\n")
        parts.append("\n| Eq | Here | Where |\n|---|---|---|\n")
        for (_, number), found in sorted(i for i in places.items() if i[0][0] == document):
            here = "<br>".join(reads[document, number])
            where = "<br>".join(rows(found))
            parts.append(f"| {number} | {here} | {where} |\n")
    return "".join(parts)


def rows(found: list[Mention]) -> list[str]:
    """The places of one equation, each as narrow as the file names it; exact ones first."""
    kept = [m for m in found if not any(narrower(other, m) for other in found)]
    return list(dict.fromkeys(m.place for m in sorted(kept, key=lambda m: m.span != "")))


def narrower(one: Mention, other: Mention) -> bool:
    """Whether ``one`` makes ``other`` superfluous."""
    if one.owner and not one.span and other.span and not other.owner:
        return True  # a function against a module's range, wherever it is
    if one.file != other.file:
        return False
    if not other.owner:
        return bool(one.owner)
    if bool(one.span) != bool(other.span):
        return bool(one.owner) and not one.span
    return one.owner.startswith(f"{other.owner}.")


def main() -> None:
    TARGET.write_text(index(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
