"""The live parts of a page in the framework's harness, which knows them only as unknown elements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from streamlit.testing.v1 import AppTest

_sequence = count(1)


def elements(block: Any) -> Iterator[Any]:
    """All elements below a block, in their order."""
    for child in getattr(block, "children", {}).values():
        yield child
        yield from elements(child)


def parts(at: AppTest, *kinds: str) -> list[Any]:
    """The parts of some kinds, or all."""
    names = {f"carousel_{kind}" for kind in kinds}
    found = [e for e in elements(at.main) if e.type == "bidi_component"]
    return [e for e in found if e.proto.component_name in names or not kinds]


def part(at: AppTest, key: str) -> Any:
    """The part with a key."""
    found = {e.key: e for e in parts(at)}
    assert key in found, f"no part {key!r}; there are {sorted(found)}"
    return found[key]


def data(element: Any) -> Any:
    """What a part shows."""
    return json.loads(element.proto.json)


def send(at: AppTest, key: str, value: Any) -> AppTest:
    """Have a control send a value, as its code in the browser does, and come to rest."""
    moved(at, key, value, movement=next(_sequence))
    return rest(at, shown(at)["n"])


def moved(at: AppTest, key: str, value: Any, movement: int) -> AppTest:
    """The same while it is still held."""
    part(at, key)
    (answer,) = parts(at, "answer")
    sent = {"seq": next(_sequence), "movement": movement, "values": {key: value}}
    return _set(at, answer, sent)


def rest(at: AppTest, n: Any, flow: str | None = None) -> AppTest:
    """Have the cursor come to rest at a step."""
    (foot,) = parts(at, "foot")
    sent = {"seq": next(_sequence), "n": n, "flow": flow or shown(at)["flow"]}
    return _set(at, foot, sent)


def press(at: AppTest, what: str) -> AppTest:
    """Press a preset (``preset/...``), ``reset`` or ``undo``."""
    (head,) = parts(at, "head")
    return _set(at, head, {"what": what, "seq": next(_sequence)})


def shown(at: AppTest) -> dict[str, Any]:
    """What the end of the picture tells the browser."""
    (answer,) = parts(at, "answer")
    return data(answer)


def can_undo(at: AppTest) -> bool:
    return shown(at)["head"]["can_undo"]


def _set(at: AppTest, element: Any, sent: dict[str, Any]) -> AppTest:
    states = at._tree.get_widget_states()
    new = states.widgets.add()
    new.id = element.proto.id
    new.json_value = json.dumps({"sent": sent})
    return at._run(states)


def words(at: AppTest) -> list[str]:
    """The text alternatives of the charts, in their order."""
    return [chart["words"] for chart in shown(at)["charts"]]
