"""The Python blocks of a document."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def python_blocks(document: str) -> list[str]:
    """The Python blocks of a document, given by its path in the repository, in order."""
    return BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))


def file_blocks(document: str) -> dict[str, str]:
    """The blocks that begin with the path of a file as a comment, by that path."""
    blocks = [block for block in python_blocks(document) if block.startswith("# ")]
    return {block.partition("\n")[0].removeprefix("# "): block for block in blocks}
