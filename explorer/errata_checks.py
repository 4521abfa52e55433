"""The checks of the errata: which are asked for, as a link holds them, and what they find."""

from __future__ import annotations

import importlib.util
import logging
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from explorer.fields import BadValue, Kind
from explorer.limits import CHECK_SECONDS
from explorer.remember import remembered
from lstm_core.errata import ERRATA, Check

LAST_SEED = 9999

Checks = tuple[tuple[str, int], ...]  # (erratum, seed), one an erratum


def read_checks(text: str) -> Checks:
    """Errata with the seeds of their checks, as ``000-11:0_000-12:3``; ``.`` is none."""
    checks: dict[str, int] = {}
    for part in [] if text == "." else text.split("_"):
        number, _, seed = part.partition(":")
        if number not in ERRATA or ERRATA[number].check is None:
            raise BadValue("must be errata with a check and their seeds, as 000-11:0_000-12:3")
        if not re.fullmatch(r"\d{1,4}", seed, re.ASCII):
            raise BadValue(f"must have seeds from 0 to {LAST_SEED}, as 000-11:0_000-12:3")
        checks[number] = int(seed)
    return tuple(checks.items())


def write_checks(checks: Checks) -> str:
    return "_".join(f"{number}:{seed}" for number, seed in checks) or "."


def checks_field(default: Checks) -> Any:
    """Which errata have been checked, and on which seed."""
    return field(default=default, metadata={"kind": Kind(read_checks, write_checks)})


@dataclass(frozen=True)
class Found:
    """What a check on a seed found, and in how many seconds; or in words why it found nothing."""

    number: str
    seed: int
    check: Check | None = None
    seconds: float = 0.0
    problem: str = ""


def check_all(asked: Iterable[tuple[str, int]], seconds: float = CHECK_SECONDS) -> list[Found]:
    """The checks that can be done within some ``seconds``, in their order; at least one."""
    if has_torch():
        import torch  # noqa: F401  it takes its time, which is none of the first check's
    until = time.perf_counter() + seconds
    found: list[Found] = []
    for number, seed in asked:
        found.append(check(number, seed))
        if time.perf_counter() > until:
            break
    return found


def check(number: str, seed: int) -> Found:
    """One check; what goes wrong is said."""
    try:
        return _check(number, seed)
    except ImportError:
        problem = "This check needs PyTorch, which is not installed here."
    except Exception:
        logging.getLogger(__name__).exception("errata %s, seed %d", number, seed)
        problem = "This check failed on this instance; another seed may do."
    return Found(number, seed, problem=problem)


@remembered
def _check(number: str, seed: int) -> Found:
    function = ERRATA[number].check
    assert function is not None
    begun = time.perf_counter()
    found = function(seed)
    return Found(number, seed, found, time.perf_counter() - begun)


def has_torch() -> bool:
    """Whether PyTorch is installed; it is not imported."""
    return importlib.util.find_spec("torch") is not None
