"""The standard RNN: document 000, Eq 32-33; the canonical RNN whose state returns only as readout."""

from __future__ import annotations

from typing import ClassVar

from lstm_core.cells.rnn_canonical import CanonicalRNN
from lstm_core.signals import Node, Signal


class StandardRNN(CanonicalRNN):
    """One step is the canonical one; the wiring lacks W_s."""

    name = "rnn_standard"
    title = "Standard RNN"
    declared = (
        Signal("s", "state", "state", "32", "psi", "84"),
        Signal("r", "readout", "readout", "33", "chi", "82", "h", "s", "tanh"),
    )
    nodes: ClassVar[tuple[Node, ...]] = (Node("s", "W_r r' + W_x x + theta_s", "32", "87 88 89"),)
