"""What the browser draws a cell from: words for everything, the same whatever the numbers are."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

import lstm_core as lc
from explorer import cell_view
from explorer.live import Told, packed
from explorer.notation import NOTATIONS
from explorer.recording import compact, labels
from lstm_core.analysis import flows, step_factors
from lstm_core.wires import wires
from tests.lstm_core.test_wires import WRITTEN

CELLS = [*lc.CELLS.values(), *WRITTEN]
EACH_CELL = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
SIZES = (("d_x", 2), ("d_s", 3), ("d_h", 3), ("d_v", 2), ("L", 2))


def run(
    cell: lc.Cell, steps: int = 6, seed: int = 0, error: float = 1.0
) -> tuple[lc.Recording, lc.Gradients]:
    theta = lc.init_params(cell, seed, **{name: dict(SIZES)[name] for name in cell.sizes})
    x = np.random.default_rng(seed).normal(size=(steps, 2))
    rec = lc.unroll(cell, theta, x)
    return rec, lc.backpropagate(rec, np.full_like(rec.output, error))


@EACH_CELL
@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_box_and_wire_has_words_and_a_flow(cell: lc.Cell, notation: str) -> None:
    drawn = cell_view._drawn(cell, notation, SIZES)
    found = flows(*run(cell))
    for item in (*drawn["boxes"], *drawn["wires"]):
        assert item["name"] in found.forward
        assert item["name"] in found.backward
        assert re.sub(r"<[^>]*>", "", item["html"]).strip()
        assert item["meaning"]
        assert item["error"]
    assert json.loads(json.dumps(drawn)) == drawn
    assert {item["name"] for item in drawn["boxes"]} == set(wires(cell).nodes)
    assert {item["name"] for item in drawn["wires"]} == set(wires(cell).wires)


def test_the_words_give_equations_and_shapes() -> None:
    drawn = cell_view._drawn(lc.CELLS["vanilla_lstm"], "paper", SIZES)
    words = {item["name"]: item for item in (*drawn["boxes"], *drawn["wires"])}
    assert "(132)" in words["g_cs"]["meaning"]
    assert "(141)" in words["g_cs"]["error"]
    assert "(126)" in words["W_v_cu"]["meaning"]
    assert "(158)" in words["W_v_cu"]["meaning"]
    assert "d_s = 3 × d_s = 3" in words["W_v_cu"]["meaning"]
    assert "ψ" in words["s"]["error"]


@pytest.mark.parametrize(
    ("cell", "name", "error"),
    [
        ("vanilla_lstm", "W_v_cu", "W_v cu^T α_cu"),
        ("vanilla_lstm", "loss", "∂E/∂v"),
        ("rnn_canonical", "W_r", "W_r^T ψ"),
        ("rnn_canonical", "loss", "∂E/∂r"),
        ("augmented_lstm", "W_q_dr", "W_q dr^T χ"),
    ],
)
def test_an_error_has_the_name_of_what_it_comes_from(cell: str, name: str, error: str) -> None:
    drawn = cell_view._drawn(lc.CELLS[cell], "paper", SIZES)
    words = {item["name"]: item for item in (*drawn["boxes"], *drawn["wires"])}
    text = words[name]["error"].replace("<sup>", "^").replace("<sub>", "_")
    assert re.sub(r"<[^>]*>", "", text) == error


def test_the_carousel_is_the_way_of_the_state_past_all_weights() -> None:
    drawn = cell_view._drawn(lc.CELLS["vanilla_lstm"], "paper", SIZES)
    assert drawn["carousel"] == ["s'->s*0", "s*0->s+", "s+->s", "s->s.next"]
    assert cell_view._drawn(lc.CELLS["rnn_standard"], "paper", SIZES)["carousel"] == []


def test_every_registered_cell_has_a_layout_by_hand() -> None:
    for name in lc.CELLS:
        assert cell_view.places(name), name
    assert cell_view.places("no such cell") is None


@EACH_CELL
@pytest.mark.parametrize(("error", "dtype"), [(1.0, "<f4"), (1e-60, "<f8"), (1e60, "<f8")])
def test_the_head_tells_where_every_number_is(cell: lc.Cell, error: float, dtype: str) -> None:
    """The bytes, read as the browser reads them, hold every flow of every step, as float32 where that
    holds them."""
    rec, back = run(cell, error=error)
    found = flows(rec, back)
    block = compact(np.concatenate(found.arrays, 1))
    data = packed({"seq": 3}, Told(recording=({"stride": block.shape[1]}, block)).packed())
    length = int.from_bytes(data[:4], "little")
    assert (4 + length) % 8 == 0
    head = json.loads(data[4 : 4 + length])
    assert head["seq"] == 3
    assert head["recording"] == {"stride": block.shape[1]}
    numbers = np.frombuffer(data[4 + length :], dtype).reshape(len(rec), -1)
    assert head["bytes"] == numbers.itemsize
    for flow, columns in zip((found.forward, found.backward), found.columns, strict=True):
        for name, values in flow.items():
            np.testing.assert_array_equal(numbers[:, columns[name]], values.astype(dtype))


@EACH_CELL
def test_labels_of_charts_lead_to_signals(cell: lc.Cell) -> None:
    found = labels(cell)
    assert {name: found[name] for name in cell.signals} == {name: name for name in cell.signals}
    assert found["ψ"] == cell.state
    assert found["‖χ[n]‖"] == cell.output


def test_the_unrolled_view_gets_the_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(cell_view.live, "fill", lambda key, data: sent.update({key: data}))
    rec, back = run(lc.CELLS["vanilla_lstm"])
    cell_view.fill_unrolled(rec, back)
    shown = sent[cell_view.UNROLLED]
    assert shown["carried"] == ["s", "v"]
    for (source, dest), norms in step_factors(rec).items():
        np.testing.assert_allclose(shown["factors"][f"{source}->{dest}"], norms, rtol=1e-5)
    np.testing.assert_allclose(shown["norms"]["ψ"], np.linalg.norm(back["psi"], axis=1))
    assert shown["loss"] == {"v": list(range(6))}
