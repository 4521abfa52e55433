"""How the values of gates are spread between shut and open."""

from __future__ import annotations

import numpy as np

from lstm_core.checks import checked_recording
from lstm_core.given import whole
from lstm_core.records import Recording
from lstm_core.room import check_room


def gate_shares(rec: Recording, bins: int = 20) -> dict[str, np.ndarray]:
    """For each gate the share of its values, over steps and units, in equal bins of [0, 1]: (bins,)."""
    checked_recording(rec)
    bins = whole("bins", bins, 1)
    check_room(f"gate_shares: {bins} bins", 4, bins, remedy="take fewer bins")
    shares = {}
    for name, signal in rec.cell.signals.items():
        if signal.kind == "gate":
            counts, _ = np.histogram(np.clip(rec[name], 0, 1), bins=bins, range=(0, 1))
            shares[name] = counts / counts.sum()
    return shares
