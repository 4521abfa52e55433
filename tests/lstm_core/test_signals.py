"""The declared tables: parameters derived from the nodes, and their TeX."""

import pytest

import lstm_core as lc
from lstm_core.signals import Node, read_params, tex_name, tex_terms

LSTM = lc.CELLS["vanilla_lstm"]

# Eq 123 in its order; the equation of each gradient, as arranged in Eq 171.
THETA = {
    "W_x_cu": 156,
    "W_s_cu": 157,
    "W_v_cu": 158,
    "b_cu": 159,
    "W_x_cs": 160,
    "W_s_cs": 161,
    "W_v_cs": 162,
    "b_cs": 163,
    "W_x_cr": 164,
    "W_s_cr": 165,
    "W_v_cr": 166,
    "b_cr": 167,
    "W_x_du": 168,
    "W_v_du": 169,
    "b_du": 170,
}


def test_parameters_of_the_vanilla_lstm() -> None:
    assert list(LSTM.params) == list(THETA)
    found = {name: int(param.gradient_equation) for name, param in LSTM.params.items()}
    assert found == THETA


@pytest.mark.parametrize("name", THETA)
def test_a_name_says_where_it_leads(name: str) -> None:
    """Symbol, source, destination; W_s_cr alone reads the new state (128)."""
    param = LSTM.params[name]
    symbol, *rest = name.split("_")
    assert param.dest == f"a_{rest[-1]}"
    assert param.is_bias == (symbol == "b")
    assert param.source == (None if param.is_bias else rest[0])
    assert param.lag == (0 if name == "W_s_cr" or param.source in (None, "x") else 1)
    widths = {None: (), "x": ("d_x",), "s": ("d_s",), "v": ("d_s",)}
    assert param.shape == ("d_s", *widths[param.source])
    nodes = {"a_cu": "126", "a_cs": "127", "a_cr": "128", "a_du": "129"}
    assert param.equation == nodes[param.dest]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "rnn_canonical",
            {"W_s": ("s", 1), "W_r": ("r", 1), "W_x": ("x", 0), "theta_s": (None, 0)},
        ),
        ("rnn_standard", {"W_r": ("r", 1), "W_x": ("x", 0), "theta_s": (None, 0)}),
    ],
)
def test_parameters_of_the_rnns(name: str, wanted: dict[str, tuple[str | None, int]]) -> None:
    params = lc.CELLS[name].params
    assert {key: (param.source, param.lag) for key, param in params.items()} == wanted
    assert [p.gradient_equation for p in params.values()][-3:] == ["87", "88", "89"]


def test_signals_of_the_vanilla_lstm() -> None:
    """Eq 126-136, and one framework name for each where the framework has one."""
    equations = [int(signal.equation) for signal in LSTM.declared]
    assert sorted(equations) == list(range(126, 137))
    framework = {signal.name: signal.torch for signal in LSTM.declared if signal.torch}
    assert framework == {
        "g_cu": "i",
        "g_cs": "f",
        "g_cr": "o",
        "u": "g",
        "s": "c",
        "v": "h",
    }
    assert LSTM.gradient_names["psi"] == "s"
    assert LSTM.gradient_names["chi"] == "v"
    assert LSTM.gradient_names["rho"] == "r"
    for c in ("cu", "cs", "cr"):
        assert LSTM.gradient_names[f"gamma_{c}"] == f"g_{c}"
        assert LSTM.gradient_names[f"alpha_{c}"] == f"a_{c}"
    assert LSTM.lagged == ("s", "v")


def test_nodes_are_read() -> None:
    node = Node("a", "W x + V y'' + b", "1", "2 - 3")
    params = read_params((node,), {"x": "d_x", "y": "d_y", "a": "d_a"})
    assert list(params) == ["W", "V", "b"]
    assert params["V"].shape == ("d_a", "d_y")
    assert (params["V"].source, params["V"].lag) == ("y", 2)
    assert params["V"].gradient_equation == ""
    assert params["b"].gradient_equation == "3"
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        read_params((Node("a", "W x + b", "1", "2"),), {"x": "d_x", "a": "d_a"})


def test_windows_and_products_are_read() -> None:
    node = Node("a", "g' x + W * x + (1-g) h + b", "1", "- 2 - 3")
    params = read_params((node,), {name: f"d_{name}" for name in "xgha"})
    assert list(params) == ["W", "b"]
    assert params["W"].shape == ("L", "d_a", "d_x")
    assert params["W"].is_window
    assert not params["b"].is_window
    assert (params["W"].source, params["W"].lag) == ("x", 0)
    assert params["W"].gradient_equation == "2"


@pytest.mark.parametrize(
    ("name", "tex"),
    [
        ("W_x_cu", "W_{x_{cu}}"),
        ("W_s", "W_{s}"),
        ("b_cu", r"\vec{b}_{cu}"),
        ("g_cs", r"\vec{g}_{cs}"),
        ("s", r"\vec{s}"),
        ("theta_s", r"\vec{\theta}_{s}"),
        ("psi", r"\vec{\psi}"),
        ("alpha_cr", r"\vec{\alpha}_{cr}"),
        ("gamma_cs", r"\vec{\gamma}_{cs}"),
        ("rho", r"\vec{\rho}"),
        ("xi_du", r"\vec{\xi}_{du}"),
        ("beta", r"\vec{\beta}"),
    ],
)
def test_tex_of_a_name(name: str, tex: str) -> None:
    assert tex_name(name) == tex


def test_tex_of_terms() -> None:
    assert tex_terms("W_x_cr x + W_s_cr s + W_v_cr v' + b_cr") == (
        r"W_{x_{cr}}\,\vec{x}[n] + W_{s_{cr}}\,\vec{s}[n] + W_{v_{cr}}\,\vec{v}[n-1]"
        r" + \vec{b}_{cr}"
    )
    assert tex_terms("W_x_cu * x + (1-g_cx)' xi_du + xi_cu + b_cu", ("g_cx", "xi_du", "xi_cu")) == (
        r"W_{x_{cu}} * \vec{x}[n] + (1 - \vec{g}_{cx}[n-1]) \odot \vec{\xi}_{du}[n]"
        r" + \vec{\xi}_{cu}[n] + \vec{b}_{cu}"
    )


@pytest.mark.parametrize("cell", lc.CELLS.values(), ids=lc.CELLS.keys())
def test_tex_is_balanced(cell: lc.Cell) -> None:
    pieces = [signal.tex for signal in cell.declared]
    pieces += [param.tex for param in cell.params.values()]
    pieces += [tex_name(name) for name in cell.gradient_names]
    pieces += [tex_terms(node.terms, cell.size_of) for node in cell.nodes]
    for tex in pieces:
        assert tex.count("{") == tex.count("}")
        assert "_}" not in tex
