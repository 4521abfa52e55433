"""What the equations of the sources say, and where the code has them.

The table ``assets/equations.csv`` says what every equation of document 000 is about, which errata
touch it, and why some are computed nowhere. Where an equation is computed is not written there: it
is read from the declared tables of the cells (signals, nodes, parameter gradients) and from the
docstrings and comments of lstm_core and explorer, where a number stands behind "Eq", alone or in a
list, or alone in parentheses. A number belongs to the document named before it in the same text,
else to the one that the module's docstring names, else to document 000. A range in a module's own
docstring says what the module is about; it is no place. lstm_core.errata is left out: it holds
equations as they are printed, wrong ones among them, and docs/errata.md is its list.
"""

from __future__ import annotations

import ast
import csv
import inspect
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import lstm_core as lc

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "assets" / "equations.csv"
FOLDERS = ("lstm_core", "explorer")
WITHOUT = "lstm_core/errata"
SPINE = "000"
AUTHORS = {
    "000": "Sherstinsky",
    "001": "Kim Choeun",
    "002": "Staudemeyer and Rothstein Morris",
    "003": "Ghojogh",
    "004": "Hagan",
}

DOCUMENT = re.compile(r"document (\d{3})")
ITEM = r"\d{1,3}(?:-\d{1,3})?(?![\d.]\d)"
# A list of items may explain each in parentheses.
LISTED = re.compile(rf"\bEq ({ITEM}(?:(?: \([^()]*\))?(?:,| and) {ITEM})*)")
LONE = re.compile(r"\((\d{2,3}(?:-\d{2,3})?)\)")

ASKED_NUMBERS = re.compile(r"([1-9]\d{0,2})(?:-([1-9]\d{0,2}))?")
ASKED_SYMBOL = re.compile(r"[a-z]|\w+_\w+")


@dataclass(frozen=True)
class Place:
    """A class, function or module that names an equation, alone or as one of a ``span``."""

    file: str
    owner: str = ""
    span: str = ""


@dataclass(frozen=True)
class Mention:
    """One equation, named at one place."""

    document: str
    number: int
    place: Place


@dataclass(frozen=True)
class Entry:
    """One equation of a source.

    ``title`` says what it is about, in the corrected form if ``errata`` touch it; ``here`` is the
    equation as the cells declare it; ``prose`` says why nothing computes it. Only document 000 has
    titles.
    """

    document: str
    number: int
    section: str = ""
    title: str = ""
    here: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    prose: str = ""
    errata: tuple[int, ...] = ()

    @property
    def status(self) -> str:
        """``code``: the project computes it; ``prose``: nothing to compute; else ``to come``."""
        if self.places:
            return "code"
        return "prose" if self.prose else "to come"

    @cached_property
    def text(self) -> str:
        """All that a search looks through, in lower case."""
        places = (f"{place.file} {place.owner}" for place in self.places)
        about = (f"document {self.document}", f"section {self.section}", self.title, self.status)
        errata = "errata" if self.errata else ""
        return "\n".join((*about, *self.here, *places, self.prose, errata)).lower()

    @cached_property
    def names(self) -> frozenset[str]:
        """The symbols and whole words of ``text``."""
        return frozenset(re.findall(r"\w+", self.text))


def entries() -> list[Entry]:
    """Every equation of document 000, and those of the other documents that the code names."""
    return list(_entries())


def search(entries: Iterable[Entry], words: str) -> list[Entry]:
    """The entries with one of the numbers in ``words``, and with all of its other words.

    Numbers may be ranges. A single letter and a name with a subscript are symbols and stand for
    themselves alone; any other word may be a part of one: of a title, a reason, a file's name.
    """
    asked = re.sub(r"(\d)\s*[-–]\s*(\d)", r"\1-\2", words.lower()).split()
    asked = [word.strip("(),;") for word in asked]
    asked = [word for word in asked if word not in ("", "eq", "eq.")]
    numbers: set[int] = set()
    for word in asked:
        if match := ASKED_NUMBERS.fullmatch(word):
            numbers |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    found = list(entries)
    if any(ASKED_NUMBERS.fullmatch(word) for word in asked):
        found = [entry for entry in found if entry.number in numbers]
    for word in asked:
        if not ASKED_NUMBERS.fullmatch(word):
            found = with_word(found, word)
    return found


def with_word(entries: list[Entry], word: str) -> list[Entry]:
    """The entries with a word; a symbol that none of them has is taken as a part of a word."""
    if ASKED_SYMBOL.fullmatch(word) and (named := [e for e in entries if word in e.names]):
        return named
    return [entry for entry in entries if word in entry.text]


@cache
def _entries() -> tuple[Entry, ...]:
    here: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
    places: dict[tuple[str, int], list[Place]] = defaultdict(list)
    for cell in lc.CELLS.values():
        for mention, text in mentions_in_tables(cell):
            places[mention.document, mention.number].append(mention.place)
            here[mention.document, mention.number][text] = None
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.is_relative_to(ROOT / WITHOUT):
                continue
            for mention in mentions_in_file(path):
                places[mention.document, mention.number].append(mention.place)
    table = {(SPINE, int(row["number"])): row for row in read_table()}
    found = []
    for key in sorted(table.keys() | places.keys()):
        row = table.get(key, {})
        found.append(
            Entry(
                *key,
                section=row.get("section", ""),
                title=row.get("title", ""),
                here=tuple(here[key]),
                places=nearest(places[key]),
                prose=row.get("prose", ""),
                errata=tuple(int(number) for number in row.get("errata", "").split()),
            )
        )
    return tuple(found)


def read_table() -> list[dict[str, str]]:
    """The rows of the table of document 000."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mentions_in_text(text: str, file: str, owner: str, default: str) -> Iterator[Mention]:
    """The equations that a docstring or a comment names."""
    documents = [(found.start(), found[1]) for found in DOCUMENT.finditer(text)]
    for found in (*LISTED.finditer(text), *LONE.finditer(text)):
        document = next((d for at, d in reversed(documents) if at < found.start()), default)
        for item in re.findall(r"\d+(?:-\d+)?", re.sub(r" \([^()]*\)", "", found[1])):
            first, _, last = item.partition("-")
            place = Place(file, owner, item if last else "")
            for number in range(int(first), int(last or first) + 1):
                yield Mention(document, number, place)


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
            mentions = mentions_in_text(text, file, owner, default)
            yield from (m for m in mentions if owner or not m.place.span)
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
    place = Place(file, type(cell).__name__)
    named = DOCUMENT.search(cell.source)

    def mention(number: str) -> Mention:
        return Mention(named[1] if named else SPINE, int(number), place)

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


def nearest(places: list[Place]) -> tuple[Place, ...]:
    """The places of one equation, each as narrow as the file names it; exact ones first."""
    kept = [one for one in places if not any(narrower(other, one) for other in places)]
    return tuple(dict.fromkeys(sorted(kept, key=lambda place: place.span != "")))


def narrower(one: Place, other: Place) -> bool:
    """Whether ``one`` makes ``other`` superfluous."""
    if one.file != other.file:
        return False
    if not other.owner:
        return bool(one.owner)
    if bool(one.span) != bool(other.span):
        return bool(one.owner) and not one.span
    return one.owner.startswith(f"{other.owner}.")
