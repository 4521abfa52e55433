"""The page of docs/adding-a-page.md: written into a copy of the app, opened, and used."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT, file_blocks

DOCUMENT = "docs/adding-a-page.md"
VISIT = """
from streamlit.testing.v1 import AppTest

app = AppTest.from_file("app.py", default_timeout=60).run()
app.switch_page("pages/How_long_it_remembers.py").run()
assert not app.exception and not app.error, (app.exception, app.error)
from tests.live import control, press, send, shown

def value(field):
    return control(app, f"How long it remembers/{field}").data["value"]

assert value("gate") == 0.9
press(app, "preset/Half a step")
assert value("gate") == 0.5
send(app, "How long it remembers/steps", 5)
assert (shown(app)["n"], shown(app)["last"]) == (4, 4)
assert not app.exception and not app.error, (app.exception, app.error)

from explorer.memory import MemoryState, presets, run
from explorer.state import from_query, to_query

for state in presets().values():
    assert from_query(MemoryState, to_query(state)) == (state, [])
assert 0.9**7 < 0.5 < 0.9**6 and abs(run(MemoryState())["s"][7, 0] - 0.9**7) < 1e-15
"""


def test_page(tmp_path: Path) -> None:
    for folder in ("pages", "explorer", ".streamlit"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "app.py", tmp_path)
    for folder in ("lstm_core", "assets", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    blocks = file_blocks(DOCUMENT)
    assert len(blocks) == 3
    for name, text in blocks.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    text = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    chapter = "".join(re.findall(r"^\+(.*\n)", text, re.MULTILINE))
    page = tmp_path / "explorer" / "page.py"
    start = "CHAPTERS = (\n"
    source = page.read_text(encoding="utf-8")
    assert source.count(start) == 1
    page.write_text(source.replace(start, start + chapter), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", VISIT], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
