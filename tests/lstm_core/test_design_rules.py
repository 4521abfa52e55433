"""The design's rules: imports run one way, declared = recorded, new cells need nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import lstm_core as lc
from lstm_core.signals import Node, Signal
from tests.lstm_core.gradient_check import random_case, worst_error
from tests.lstm_core.test_transport import all_transports, automatic_transports, record

ROOT = Path(__file__).resolve().parents[2]

# Inside lstm_core, the lowest first: a module imports from its own layer and from those below.
LAYERS = (
    {"signals", "arrays", "given", "room"},
    {"cells.base", "wires", "overflow"},
    {"cells", "layout", "clamps", "products", "records", "step_tools", "checks", "initialise"},
    {
        *(
            "unroll",
            "backpropagate",
            "readout",
            "weights",
            "files",
            "sequences",
            "segments",
            "substitute",
        ),
        *("augment", "counts", "delay_equation"),
    },
    {"analysis"},
    {"figures", "errata"},
)
FIGURE_PACKAGES = {"altair"}
FRAMEWORKS = {"streamlit", "torch"}


# imports


@cache
def sources(folder: str) -> dict[str, ast.Module]:
    """Every module below a folder of the repository, by dotted name."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(), str(path))
    return found


def modules(*folders: str) -> list[str]:
    return [name for folder in folders for name in sources(folder)]


def tree(module: str) -> ast.Module:
    return sources(module.partition(".")[0])[module]


def imported(module: str, *, on_import: bool = False) -> set[str]:
    """What a module imports, by full name; ``on_import``: only what runs when it is imported.

    Imports for the type checker alone are never counted.
    """
    names: set[str] = set()
    for node in statements(tree(module), on_import):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively; write the full name"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def statements(node: ast.AST, on_import: bool) -> Iterator[ast.AST]:
    yield node
    if on_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    for child in ast.iter_child_nodes(node):
        yield from statements(child, on_import)


def top(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def own_modules(module: str) -> set[str]:
    """The modules of lstm_core that a module needs when it is imported."""
    known = sources("lstm_core")
    found = set()
    for name in imported(module, on_import=True):
        name = name if name in known else name.rpartition(".")[0]
        found |= {name} & known.keys()
    return found


def layer(module: str) -> int:
    name = module.removeprefix("lstm_core").removeprefix(".")
    for key in (name, name.partition(".")[0]):
        for i, members in enumerate(LAYERS):
            if key in members:
                return i
    raise AssertionError(f"{module} is in no layer: say in LAYERS of this file where it belongs")


LIBRARY = [name for name in modules("lstm_core") if name != "lstm_core"]


@pytest.mark.parametrize("module", modules("lstm_core"))
def test_library_knows_no_web_app(module: str) -> None:
    assert not top(imported(module)) & {"streamlit", "explorer", "pages", "app", "tests"}


@pytest.mark.parametrize("module", modules("explorer"))
def test_explorer_knows_no_page(module: str) -> None:
    assert not top(imported(module)) & {"pages", "app", "tests"}


@pytest.mark.parametrize("module", modules("pages"))
def test_pages_know_no_page(module: str) -> None:
    assert not top(imported(module)) & {"pages", "app", "tests"}


@pytest.mark.parametrize("module", modules("explorer", "pages"))
def test_app_pays_for_no_torch(module: str) -> None:
    assert "torch" not in top(imported(module, on_import=True))


@pytest.mark.parametrize("module", modules("lstm_core"))
def test_library_needs_only_numpy(module: str) -> None:
    """At import time; figures may also import what draws them."""
    allowed = {*sys.stdlib_module_names, "numpy", "lstm_core"}
    if module.startswith("lstm_core.figures"):
        allowed |= FIGURE_PACKAGES
    assert top(imported(module, on_import=True)) <= allowed


@pytest.mark.parametrize("module", LIBRARY)
def test_imports_run_one_way(module: str) -> None:
    upward = {name for name in own_modules(module) - {"lstm_core"} if layer(name) > layer(module)}
    assert not upward
    assert "lstm_core" not in own_modules(module), "import from the module that has it"


def test_imports_run_in_no_circle() -> None:
    graph = {name: own_modules(name) - {name} for name in LIBRARY}
    for name in graph:  # a package needs its modules, not the other way round
        graph[name] -= {parent for parent in graph if name.startswith(f"{parent}.")}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", LIBRARY)
def test_figures_and_errata_stand_side_by_side(module: str) -> None:
    beside = {"lstm_core.figures", "lstm_core.errata"}
    inside = {package for package in beside if f"{module}.".startswith(f"{package}.")}
    if inside:
        others = tuple(beside - inside)
        assert not [name for name in imported(module) if name.startswith(others)]


# An erratum is one of certain equations, and so of one cell; its printed forms are for nobody else.
ANY_CELL = [
    module
    for module in LIBRARY
    if layer(module) >= layer("lstm_core.analysis") and not module.startswith("lstm_core.errata")
]


@pytest.mark.parametrize("module", ANY_CELL)
def test_analysis_and_figures_name_no_cell(module: str) -> None:
    words = {node.value for node in ast.walk(tree(module)) if isinstance(node, ast.Constant)}
    assert not words & lc.CELLS.keys()


@pytest.mark.parametrize("module", LIBRARY)
def test_library_evaluates_and_unpickles_nothing(module: str) -> None:
    calls = [node.func for node in ast.walk(tree(module)) if isinstance(node, ast.Call)]
    names = {ast.unparse(function) for function in calls}
    assert not names & {"eval", "exec", "pickle.load", "pickle.loads"}


@pytest.mark.parametrize(
    "test",
    [
        "assert not {'torch', 'streamlit', 'altair', 'vl_convert'} & set(sys.modules)",
        "assert not {'safetensors', 'pandas', 'scipy'} & set(sys.modules)",
        "lc = lstm_core; cell = lc.CELLS['vanilla_lstm'];"
        "theta = lc.init_params(cell, d_x=1, d_s=2); rec = lc.unroll(cell, theta, [[1.0]]);"
        "lc.backpropagate(rec, rec.output); lc.transport_norms(rec);"
        "assert not {'torch', 'safetensors'} & set(sys.modules)",
    ],
)
def test_import_is_light(test: str) -> None:
    command = [sys.executable, "-c", f"import lstm_core, sys; {test}"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)


# declared = recorded


class OneGate(lc.Cell):
    """h = (1 - f).h' + f.c: one gate, nothing else. Only this test knows it."""

    name = "one_gate"
    title = "One gate"
    source = "this test"
    sizes: ClassVar = {"d_x": "width of the input", "d_h": "width of the state"}
    declared = (
        Signal("a_f", "accumulation", "gate's accumulation", "", size="d_h"),
        Signal("a_c", "accumulation", "candidate's accumulation", "", size="d_h"),
        Signal("f", "gate", "gate", "", of="a_f", size="d_h"),
        Signal("c", "candidate", "candidate", "", of="a_c", warp="tanh", size="d_h"),
        Signal("h", "state", "state", "", size="d_h"),
    )
    nodes = (
        Node("a_f", "W_f x + U_f h' + b_f", "", "- - -"),
        Node("a_c", "W_c x + U_c h' + b_c", "", "- - -"),
    )
    carried = ("h",)
    state = output = "h"
    totals = ("h",)

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        f, c = warped
        return (tools.keep("h", (1 - f) * before[0] + f * c),)

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        f, c, before = rec["f"], rec["c"], rec.previous("h")
        pieces = ((c - before) * slope["f"], f * slope["c"], 1 - f)
        return tuple(through("h", piece) for piece in pieces)

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        (psi,) = arriving
        D_f, D_c, D_h = local
        tools.product(psi, D_f, alphas[0])
        tools.product(psi, D_c, alphas[1])
        return (psi,), (psi * D_h,)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        return {
            "f": passed["h"] * (rec["c"] - rec.previous("h")),
            "c": passed["h"] * rec["f"],
        }


class MinimalGatedUnit(OneGate):
    """The candidate reads q = f.h', a signal of its own step (document 003, Eq 46-48)."""

    name = "minimal_gated_unit"
    title = "Minimal gated unit"
    declared = (
        *OneGate.declared[:-1],
        Signal("q", "readout", "what the candidate reads", "", size="d_h"),
        OneGate.declared[-1],
    )
    nodes = (OneGate.nodes[0], Node("a_c", "W_c x + U_c q + b_c", "", "- - -"))
    totals = ("h", "q")

    def step(self, warped: list[Any], before: tuple[Any, ...], tools: Any) -> tuple[Any, ...]:
        f, _ = warped
        q = tools.keep("q", f * before[0])
        c = tools.late("U_c", q)
        return q, tools.keep("h", (1 - f) * before[0] + f * c)

    def local(self, rec: Any, slope: dict[str, Any], through: Any) -> tuple[Any, ...]:
        of_q = (rec.previous("h") * slope["f"], rec["f"])
        return (
            *super().local(rec, slope, through),
            *(through("q", piece) for piece in of_q),
        )

    def step_back(
        self, local: tuple[Any, ...], arriving: list[Any], alphas: tuple[Any, ...], tools: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        (psi,) = arriving
        D_f, D_c, D_h, q_f, q_h = local
        alpha_f, alpha_c = alphas
        tools.product(psi, D_c, alpha_c)
        dq = tools.late_back("U_c", alpha_c, 0 * psi)
        tools.total(psi * D_f, dq * q_f, alpha_f)
        return (psi, dq), (psi * D_h + dq * q_h,)

    def inner_gradients(self, rec: Any, passed: dict[str, Any]) -> dict[str, Any]:
        found = super().inner_gradients(rec, passed)
        return found | {"f": found["f"] + passed["q"] * rec.previous("h")}


THROWAWAY = (OneGate(), MinimalGatedUnit())
ALL_CELLS = pytest.mark.parametrize("cell", [*lc.CELLS.values(), *THROWAWAY], ids=lambda c: c.name)
NEW_CELLS = pytest.mark.parametrize("cell", THROWAWAY, ids=lambda c: c.name)
BATCH = pytest.mark.parametrize("batch", [False, True], ids=["one", "batch"])
CLAMPED = pytest.mark.parametrize("clamped", [False, True], ids=["free", "clamped"])


@ALL_CELLS
@BATCH
def test_declared_is_recorded(cell: lc.Cell, batch: bool) -> None:
    case = random_case(cell, 4, batch=batch)
    rec = record(case)
    back = lc.backpropagate(rec, np.ones_like(rec.output))
    sizes = {
        symbol: length
        for name, param in cell.params.items()
        for symbol, length in zip(param.shape, case.theta[name].shape, strict=True)
    }
    assert rec.names == list(cell.signals)
    assert len(rec) == len(case.x)
    for name, signal in cell.signals.items():
        assert rec[name].shape == (*case.x.shape[:-1], sizes[signal.size])
        assert back.of(name).shape == rec[name].shape
        assert np.isfinite(rec[name]).all()
        assert name in rec
    for name in cell.lagged:
        np.testing.assert_array_equal(rec.previous(name)[1:], rec[name][:-1])
        np.testing.assert_array_equal(rec.previous(name)[0], rec.initial[name])
    assert rec.output is rec[cell.output] or np.shares_memory(rec.output, rec[cell.output])
    for greek in back.names:
        assert back[greek].shape == back.of(cell.gradient_names[greek]).shape
    assert {"psi", "chi"} <= set(back.names)
    np.testing.assert_array_equal(back["psi"], back.of(cell.state))
    np.testing.assert_array_equal(back["chi"], back.of(cell.output))


@ALL_CELLS
def test_declared_is_consistent(cell: lc.Cell) -> None:
    """The tables that everything else is derived from."""
    kinds = {"accumulation", "gate", "candidate", "state", "readout", "value"}
    nodes = [node.name for node in cell.nodes]
    warps = [signal.name for signal in cell.declared if signal.of in nodes]
    assert list(cell.signals)[: len(nodes)] == nodes
    assert list(cell.signals)[len(nodes) : len(nodes) + len(warps)] == warps
    for signal in cell.declared:
        assert signal.kind in kinds
        assert signal.size in cell.sizes
        assert signal.of in ("", *cell.signals)
        assert signal.warp in ("", "sigmoid", "tanh")
        assert signal.meaning
    for param in cell.params.values():
        assert set(param.shape) <= cell.sizes.keys()
        assert param.dest in nodes
        assert param.source is None or param.source in ("x", *cell.signals)
    assert {cell.state, cell.output, *cell.carried, *cell.totals} <= cell.signals.keys()


def test_registry_is_by_name() -> None:
    assert list(lc.CELLS) == [
        "rnn_canonical",
        "rnn_standard",
        "stage_gated_state",
        "stage_identity_state",
        "stage_gated_readout",
        "stage_gated_input",
        "vanilla_lstm",
        "augmented_lstm",
    ]
    assert all(cell.name == name for name, cell in lc.CELLS.items())
    assert not {cell.name for cell in THROWAWAY} & lc.CELLS.keys()


@NEW_CELLS
@BATCH
@CLAMPED
@pytest.mark.parametrize("seed", range(3))
def test_new_cell_passes_the_gradient_check(
    cell: lc.Cell, batch: bool, clamped: bool, seed: int
) -> None:
    assert worst_error(random_case(cell, seed, batch=batch, clamped=clamped)) < 1e-10


@NEW_CELLS
@CLAMPED
def test_new_cell_flows_through_the_analysis(cell: lc.Cell, clamped: bool) -> None:
    case = random_case(cell, 3, clamped=clamped)
    rec = record(case)
    truth = automatic_transports(case)
    np.testing.assert_allclose(all_transports(rec), truth, rtol=1e-10, atol=1e-13)
    # all that is carried is the state: the paper's product is exact, the step is the Jacobian
    np.testing.assert_allclose(all_transports(rec, "paper"), truth, rtol=1e-10, atol=1e-13)
    J = lc.step_jacobians(rec)
    for n in range(1, len(rec)):
        np.testing.assert_allclose(J[n].T, lc.error_transport(rec, n - 1, n), atol=1e-14)
    norms = lc.transport_norms(rec)
    np.testing.assert_allclose(norms[0, -1], np.linalg.norm(truth[0, -1], 2), rtol=1e-8, atol=1e-12)
    assert (lc.transport_norms(rec, "paper")[0] <= lc.norm_bound(rec, len(rec)) + 1e-12).all()
    assert lc.transport_norms(rec, "cec").shape == norms.shape
    assert lc.eigenvalues(J).shape == J.shape[:2]


@NEW_CELLS
def test_new_cell_reads_and_writes_weights(cell: lc.Cell, tmp_path: Path) -> None:
    theta = lc.init_params(cell, 1, d_x=2, d_h=3)
    lc.save_weights(tmp_path / "new.npz", theta)
    x = np.ones((4, 2))
    again = lc.unroll(cell, lc.load_weights(tmp_path / "new.npz"), x, clamp={"f": 0.5})
    np.testing.assert_array_equal(again["h"], lc.unroll(cell, theta, x, clamp={"f": 0.5})["h"])
    np.testing.assert_array_equal(again["f"], 0.5)
