"""A visitor without a browser: one session over the app's own websocket."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import user_key_from_element_id

from benchmarks.controls import Control
from benchmarks.serving import Server

PATIENCE_S = 30
PICTURES = ("vega_lite_chart",)
Place = tuple[int, ...]


@dataclass(frozen=True)
class Widget:
    """What the page takes a value by: its kind, its identity, and the fragment that it belongs to."""

    kind: str
    identity: str
    fragment: str


def change_of(widgets: dict[str, Widget], key: str, value: float, seq: int) -> BackMsg:
    """A control's new value, as the browser sends it: all live controls by one line, a core slider by
    itself."""
    line = widgets.get("live/answer")
    if line is None:
        state = WidgetState(id=widgets[key].identity)
        state.double_array_value.data.append(value)
        return rerun(state)
    looks = {"n": 0, "flow": "forward"}
    sent = {"sent": {"seq": seq, "movement": seq, "values": {key: value}, **looks}}
    return rerun(WidgetState(id=line.identity, json_value=json.dumps(sent)), line.fragment)


def rerun(state: WidgetState, fragment: str = "") -> BackMsg:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.append(state)
    message.rerun_script.fragment_id = fragment
    return message


@dataclass
class Answer:
    """What came back for one message: the time until the script had finished, and what went wrong."""

    seconds: float
    problem: str = ""
    elements: dict[Place, Element] = field(default_factory=dict, repr=False)

    def pictures(self) -> dict[Place, bytes]:
        """The charts by their place on the page."""
        return {
            place: element.SerializeToString(deterministic=True)
            for place, element in self.elements.items()
            if element.WhichOneof("type") in PICTURES
        }


class Visitor:
    """A session that opens links, or a control's page, and changes the control."""

    def __init__(self, socket: Any, control: Control | None) -> None:
        self.socket, self.control = socket, control
        self.seq = count(1)
        self.page = ""
        self.widgets: dict[str, Widget] = {}
        self.before: dict[Place, bytes] = {}

    async def open(self) -> Answer:
        """Open the control's page."""
        answer = await self.follow(self.control.path)
        if not answer.problem and self.control.key not in self.widgets:
            answer.problem = f"no control {self.control.key!r}"
        return answer

    async def follow(self, page: str, query: str = "") -> Answer:
        """The first run of a page, as on opening its address."""
        message = BackMsg()
        message.rerun_script.page_name, message.rerun_script.query_string = page, query
        self.page = ""
        answer = await self._ask(message)
        self.before = answer.pictures()
        return answer

    async def change(self, value: float) -> Answer:
        """Set the control; a picture that stays as it was is a problem."""
        answer = await self._ask(change_of(self.widgets, self.control.key, value, next(self.seq)))
        pictures = answer.pictures()
        if not answer.problem and pictures == self.before:
            answer.problem = "unchanged picture"
        self.before = pictures
        return answer

    async def _ask(self, message: BackMsg) -> Answer:
        message.rerun_script.page_script_hash = self.page
        sent = time.perf_counter()
        answer = Answer(PATIENCE_S)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.socket.send(message.SerializeToString())
                while not await self._take(answer):
                    pass
        except TimeoutError:
            answer.problem = "timeout"
        except websockets.WebSocketException as closed:
            answer.problem = type(closed).__name__
        else:
            answer.seconds = time.perf_counter() - sent
        return answer

    async def _take(self, answer: Answer) -> bool:
        """Take one message in; whether it says that the script has finished."""
        message = ForwardMsg.FromString(await self.socket.recv())
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self.page = message.navigation.page_script_hash
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            answer.elements[tuple(message.metadata.delta_path)] = element
            self._note(element, message.delta.fragment_id)
            if element.WhichOneof("type") == "exception":
                answer.problem = f"exception: {element.exception.type}"
        elif kind == "script_finished":
            status = message.script_finished
            if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                answer.problem = "compile error"
            return bool(status != ForwardMsg.FINISHED_EARLY_FOR_RERUN)
        return False

    def _note(self, element: Element, fragment: str) -> None:
        """Keep how the page takes values: every widget by its key, and the controls in a group by theirs."""
        kind = str(element.WhichOneof("type"))
        identity = str(getattr(getattr(element, kind), "id", ""))
        if identity and (key := user_key_from_element_id(identity)):
            widget = self.widgets[key] = Widget(kind, identity, fragment)
            if kind == "bidi_component" and element.bidi_component.json:
                shown = json.loads(element.bidi_component.json)
                self.widgets |= dict.fromkeys((p["key"] for p in shown.get("parts", ())), widget)


@asynccontextmanager
async def visiting(server: Server, control: Control | None = None) -> AsyncIterator[Visitor]:
    """Connect a visitor, who has not opened a page yet."""
    address = f"ws://{server.host}/_stcore/stream"
    async with websockets.connect(
        address, subprotocols=[websockets.Subprotocol("streamlit")], max_size=None
    ) as socket:
        yield Visitor(socket, control)
