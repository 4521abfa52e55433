"""Signals forced to given values: NaN leaves an entry free, a forced entry passes no gradient.

On torch tensors every signal also gets a probe, a zero that is added to it: after ``backward()``
the probe's gradient is the total derivative for that signal at every step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_core.arrays import NumpyArrays, TorchArrays


class Clamps:
    """Broadcast clamp values: for each clamped signal where it is forced, and to what."""

    def __init__(
        self,
        values: Mapping[str, Any],
        shapes: Mapping[str, tuple[int, ...]],
        arrays: NumpyArrays | TorchArrays,
    ) -> None:
        self.arrays = arrays
        self.probes: dict[str, Any] = (
            {name: arrays.probe(shape) for name, shape in shapes.items()}
            if isinstance(arrays, TorchArrays)
            else {}
        )
        self.forced: dict[str, np.ndarray] = {}
        self.values: dict[str, Any] = {}
        for name, value in values.items():
            full = np.broadcast_to(np.asarray(value, float), shapes[name])
            self.forced[name] = ~np.isnan(full)
            self.values[name] = arrays.array(np.nan_to_num(full))

    @property
    def active(self) -> bool:
        """Whether there is anything to do for any signal."""
        return bool(self.forced or self.probes)

    def keep(self, name: str, value: Any, n: int | slice) -> Any:
        """``value`` at step ``n``, or at several, with the forced entries in place."""
        if name in self.forced:
            value = self.arrays.where(self.forced[name][n], self.values[name][n], value)
        return value + self.probes[name][n] if name in self.probes else value

    def free(self, name: str) -> Any:
        """1 where the signal is free and 0 where it is forced, or None when it is free throughout."""
        forced = self.forced.get(name)
        return None if forced is None else self.arrays.array(~forced)
