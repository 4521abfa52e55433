"""Lines of Python for a figure: they find its arguments in the results, or write them out."""

from __future__ import annotations

import numpy as np

from explorer import why
from explorer.python_lines import Start, python_lines
from lstm_core.figures import Figure, sequence, transport_map
from lstm_core.figures.lines import Series, line_figure
from lstm_core.figures.theme import Style

STATE = why.WhyState(steps=7, radius=1.25)
RUNS = why.run(STATE)
STARTS = [Start(why.run, STATE, RUNS)]
REC = RUNS["Vanilla LSTM"].rec


def lines_of(figure: Figure, starts: list[Start] = STARTS) -> str:
    """The lines, after they gave the same data."""
    lines = python_lines(figure, starts)
    *head, last = lines.rstrip().split("\n\n")[-1].split("\n", lines.count("result = "))
    scope: dict = {}
    imports = lines[: lines.index("\n\n")]
    exec(imports, scope)
    exec("\n".join(head), scope)
    made = eval(last, scope)
    for name, values in figure.data.items():
        np.testing.assert_array_equal(made.data[name], values)
    return lines


def test_a_part_of_the_result() -> None:
    lines = lines_of(transport_map(RUNS["Plain RNN"].norms))
    assert "run(WhyState(radius=1.25, steps=7))" in lines
    assert 'transport_map(result["Plain RNN"].norms)' in lines


def test_a_column_is_found_by_its_memory() -> None:
    lines = lines_of(sequence({"gate": REC["g_cs"][:, 2], "input": REC.x[:, 0]}))
    assert 'result["Vanilla LSTM"].rec["g_cs"][:, 2]' in lines


def test_equal_values_will_do() -> None:
    lines = lines_of(sequence({"gate": REC["g_cs"][:, 2].copy()}))
    assert 'result["Vanilla LSTM"].rec["g_cs"][:, 2]' in lines


def test_what_is_nowhere_is_written_out() -> None:
    lines = lines_of(sequence({"mean": REC["g_cs"].mean(1), "gap": np.r_[np.nan, np.ones(6)]}))
    assert "import numpy as np" in lines
    assert "result" not in lines


def test_arguments_that_are_objects() -> None:
    series = [Series("a “b”", REC["s"][:, 0], Style("#000000", (1, 2), 3.0))]
    lines = lines_of(line_figure(series, alt_text="words"))
    assert "from lstm_core.figures.theme import Style" in lines


def test_a_figure_that_knows_no_call_is_written_out_in_full() -> None:
    figure = sequence({"x": np.arange(3.0)})
    unknown = Figure(figure.spec, figure.data, figure.alt)
    scope: dict = {}
    lines = python_lines(unknown, STARTS)
    exec(lines.replace("alt.Chart", "chart = alt.Chart"), scope)
    assert scope["chart"].to_dict(format="vega-lite")["layer"]
    assert "'n': 2, 'value': 2.0, 'series': 'x'" in lines


def test_a_computation_that_cannot_be_imported_is_no_start() -> None:
    lines = lines_of(
        sequence({"gate": REC["g_cs"][:, 2]}), [Start(lambda state: RUNS, STATE, RUNS)]
    )
    assert "np.array" in lines
