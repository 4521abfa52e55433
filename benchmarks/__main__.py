"""One command, one report, nothing asserted: how fast the library is beside its peers, how soon a
picture follows a key press beside a bare page, what many visitors at once wait for, and how much memory
they take."""

from __future__ import annotations

import argparse

PARTS = ("library", "latency", "sessions", "memory")


def main() -> None:
    options = arguments()
    for i, part in enumerate(options.parts or PARTS):
        print(f"{chr(10) if i else ''}== {part} ==", flush=True)
        run(part, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; default: all"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, coarser figures")
    parser.add_argument(
        "--page", help="latency, sessions: these pages alone, as Stability or Inside,Why"
    )
    parser.add_argument("--presses", type=int, help="latency: key presses a page")
    parser.add_argument("--sessions", type=numbers, help="sessions: how many at once, as 10,30")
    parser.add_argument("--seconds", type=float, help="sessions: how long each number of them")
    parser.add_argument(
        "--idle",
        type=float,
        metavar="MINUTES",
        help="memory: how long after a crowd left; default: 10",
    )
    options = parser.parse_args()
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"there is no part {part!r}, only {', '.join(PARTS)}")
    return options


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def run(part: str, options: argparse.Namespace) -> None:
    """Each part imports what it needs by itself: the app is measured without PyTorch here."""
    quick = options.quick
    if part == "library":
        from benchmarks import library_table

        library_table.report(quick)
        return
    if part == "memory":
        from benchmarks import memory

        memory.report(quick, options.idle if options.idle is not None else 0.1 if quick else 10)
        return
    from benchmarks.controls import chosen

    controls = chosen(options.page)
    if part == "latency":
        from benchmarks import latency

        presses = options.presses or (5 if quick else 25)
        latency.report(controls, presses, keys=10 if quick else 40)
    else:
        from benchmarks import sessions

        counts = options.sessions or ([2, 10] if quick else [10, 30, 60, 100])
        seconds = options.seconds or (6 if quick else 60)
        sessions.report(controls, counts, seconds, reruns=10 if quick else 50)


if __name__ == "__main__":
    main()
