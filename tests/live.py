"""The live parts of a page in the framework's harness, which knows them only as unknown elements."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
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


@dataclass(frozen=True)
class Control:
    """A control: its kind, its key, what it shows, and the element that it is in, or is."""

    kind: str
    key: str
    data: Any
    group: Any


def controls(at: AppTest, *kinds: str) -> list[Control]:
    """The controls in groups and by themselves, of some kinds, or all."""
    found = [
        Control(each["kind"], each["key"], each["data"], group)
        for group in parts(at, "group")
        for each in data(group)["parts"]
    ] + [Control("slider", e.key, data(e), e) for e in parts(at, "slider")]
    return [each for each in found if each.kind in kinds or not kinds]


def control(at: AppTest, key: str) -> Control:
    """The control with a key."""
    found = {each.key: each for each in controls(at)}
    assert key in found, f"no control {key!r}; there are {sorted(found)}"
    return found[key]


def choose(at: AppTest, key: str, value: Any) -> AppTest:
    """Choose in a row of buttons or a list."""
    chosen = control(at, key)
    sent = {"seq": next(_sequence), "movement": 0, "values": {key: value}, **looks(at)}
    return _set(at, chosen.group, sent)


def data(element: Any) -> Any:
    """What a part shows."""
    return json.loads(element.proto.json)


def unpacked(packed: bytes) -> tuple[Any, np.ndarray]:
    """The head of an answer, and the numbers of its recording (``live.packed``)."""
    end = 4 + int.from_bytes(packed[:4], "little")
    head = json.loads(packed[4:end])
    return head, np.frombuffer(packed, f"<f{head['bytes']}", offset=end)


def send(at: AppTest, key: str, value: Any) -> AppTest:
    """Have a control send a value, as its code in the browser does."""
    return moved(at, key, value, movement=next(_sequence))


def moved(at: AppTest, key: str, value: Any, movement: int) -> AppTest:
    """The same while it is still held."""
    (answer,) = parts(at, "answer")
    sent = {"seq": next(_sequence), "movement": movement, "values": {key: value}, **looks(at)}
    return _set(at, answer, sent)


def looks(at: AppTest) -> dict[str, Any]:
    """The step and the flow, as the browser tells them: where it was left."""
    return {name: shown(at)[name] for name in ("n", "flow")}


def press(at: AppTest, what: str) -> AppTest:
    """Press a preset (``preset/...``), ``reset`` or ``undo``."""
    (head,) = parts(at, "head")
    return _set(at, head, {"what": what, "seq": next(_sequence), **looks(at)})


def give_file(at: AppTest, name: str, content: bytes, **more: Any) -> AppTest:
    """Choose a file, as the browser reads it: its beginning, and how long it is."""
    (part,) = parts(at, "series")
    packed = b64encode(content[: data(part)["most"]]).decode()
    return give(at, what="file", name=name, size=len(content), file=packed, **more)


def give_numbers(at: AppTest, text: str, **more: Any) -> AppTest:
    """Paste numbers."""
    return give(at, what="text", text=text, **more)


def give(at: AppTest, **sent: Any) -> AppTest:
    """Have the field for a series send something, as a trigger."""
    (part,) = parts(at, "series")
    states = at._tree.get_widget_states()
    new = states.widgets.add()
    new.id = f"$$STREAMLIT_INTERNAL_KEY_{part.proto.id}__events"
    value = {"seq": next(_sequence), **looks(at), **sent}
    new.json_trigger_value = json.dumps([{"event": "sent", "value": value}])
    return at._run(states)


def ask(at: AppTest, chart: str, what: str, **more: Any) -> dict[str, Any]:
    """What the menu of a chart answers to a choice."""
    (menu,) = parts(at, "exports")
    sent = {"seq": next(_sequence), "chart": chart, "what": what, "width": "column", "scale": 2}
    _set(at, menu, sent | looks(at) | more)
    (menu,) = parts(at, "exports")
    return data(menu)


def charts_with_menu(at: AppTest) -> list[str]:
    """The names of all charts of a page, those of its live parts too."""
    answer = shown(at)
    drawn = [chart["name"] for chart in answer["charts"]]
    return drawn + [part["chart"] for part in answer["parts"].values() if "chart" in part]


def shown(at: AppTest) -> dict[str, Any]:
    """What the end of the picture tells the browser."""
    (answer,) = parts(at, "answer")
    return unpacked(answer.proto.bytes)[0]


def link(at: AppTest) -> dict[str, str]:
    """The query of the link, as the browser writes it."""
    answer = shown(at)
    plain = answer["link"]["plain"]
    looked = {name: str(answer[name]) for name in plain if answer[name] != plain[name]}
    return answer["link"]["query"] | looked


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
