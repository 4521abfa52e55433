"""The library's speed against its peers' as one table of ratios, on one thread."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks import library as lib
from benchmarks.timing import alone, alternate, keep_freed_memory, seconds_per_call

SIZES = ((50, 4), (100, 8), (200, 16))
LIMITS = {(100, 8): 20, (200, 16): 60}  # ms


def report(quick: bool) -> None:
    """Print every row."""
    torch.set_num_threads(1)
    keep_freed_memory()
    print(
        f"NumPy {np.__version__}, torch {torch.__version__}, one thread. Medians of blocks in turn."
    )
    print(
        "(K, d): K steps, d columns of x, d units. ratio = theirs / ours; above 1 we are faster.\n"
    )
    print(f"    {'':50}{'ours':>12}{'theirs':>13}{'ratio':>9}   aim")
    against_lstm(quick)
    against_loop(quick)
    against_products(quick)
    share_of_owning(quick)


def against_lstm(quick: bool) -> None:
    print("(a) forward + BPTT, everything recorded, against torch.nn.LSTM forward + backward")
    for dtype in ("float64", "float32"):
        for peepholes in (False, True):
            for steps, width in SIZES:
                given = lib.system(steps, width, peepholes=peepholes, dtype=dtype)
                times = alternate(lib.Ours(given), lib.LibraryLSTM(given), *rounds(quick))
                which = "full W_s (nn.LSTM has none)" if peepholes else "W_s = 0"
                row(f"{dtype} ({steps}, {width}) {which}", *times, "6" * (dtype == "float64"))


def against_loop(quick: bool) -> None:
    print("(b) the same, against an nn.LSTMCell loop that retains every h and c; no gates there")
    for steps, width in SIZES:
        given = lib.system(steps, width, peepholes=False)
        times = alternate(lib.Ours(given), lib.LoopOfCells(given), *rounds(quick))
        row(f"float64 ({steps}, {width}) W_s = 0", *times, "5")


def against_products(quick: bool) -> None:
    print("(c) transport_norms(rec, 'exact', ord=2), against a loop of vector-Jacobian products")
    for (steps, width), limit in LIMITS.items():
        given = lib.system(steps, width, peepholes=False)
        stride = steps // 5 if quick else 10 if steps > 100 else 1
        products = lib.Products(given, stride)
        theirs = stride * seconds_per_call(products, 1)
        note = f"; theirs: {len(products.columns)} of {steps} l, scaled up" * (stride > 1)
        ours = alone(lib.Norms(given), 5 if quick else 21)
        row(f"({steps}, {width}) W_s = 0{note}", ours, theirs, f"ours {limit} ms")
        ours = alone(lib.Norms(lib.system(steps, width, peepholes=True)), 5 if quick else 21)
        print(f"    {f'({steps}, {width}) full W_s':50}{1e3 * ours:9.2f} ms")


def share_of_owning(quick: bool) -> None:
    print("(d) of (a): theta and x checked and copied, all signals looked through for overflow")
    for steps, width in SIZES:
        given = lib.system(steps, width, peepholes=False)
        part, whole = alternate(lib.Owning(given), lib.Ours(given), *rounds(quick))
        print(
            f"    {f'float64 ({steps}, {width})':50}{1e3 * part:9.2f} ms{part / whole:10.1%} of it"
        )


def row(what: str, ours: float, theirs: float, aim: str) -> None:
    ratio = theirs / ours
    print(f"    {what:50}{1e3 * ours:9.2f} ms{1e3 * theirs:10.2f} ms{ratio:9.2f}   {aim}")


def rounds(quick: bool) -> tuple[int, float]:
    """Blocks of each side, and the seconds of one."""
    return (3, 0.005) if quick else (25, 0.05)
