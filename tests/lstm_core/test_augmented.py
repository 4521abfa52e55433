"""The Augmented LSTM: windows over the input, the input's gate, and the projection of the value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import lstm_core as lc

CELL = lc.CELLS["augmented_lstm"]
GATES = ("cu", "cs", "cx", "cr")
SEEDS = pytest.mark.parametrize("seed", range(3))
K, d_x, d_s, d_v, L = 9, 3, 5, 2, 4


def random_theta(seed: int, scale: float = 0.6, **sizes: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    theta = lc.init_params(CELL, **({"d_x": d_x, "d_s": d_s, "d_v": d_v, "L": L} | sizes))
    return {key: scale * rng.normal(size=value.shape) for key, value in theta.items()}


def random_run(
    seed: int, theta: dict[str, np.ndarray], **clamp: float
) -> tuple[lc.Recording, lc.Gradients]:
    rng = np.random.default_rng(seed + 100)
    rec = lc.unroll(CELL, theta, rng.normal(size=(K, d_x)), clamp=clamp)
    return rec, lc.backpropagate(rec, rng.normal(size=rec.output.shape))


def sigmoid(z: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-z)))


def assert_same(one: Any, other: Any, rtol: float = 1e-11) -> None:
    np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-13)


@SEEDS
def test_equations_196_to_214(seed: int) -> None:
    """One step after the other, as the paper has it, with errata 32."""
    theta = random_theta(seed)
    rec, _ = random_run(seed, theta)
    x = np.concatenate([rec.x, np.zeros((L, d_x))])
    s, v = np.zeros(d_s), np.zeros(d_v)
    for n in range(K):
        xi = {
            c: sum((theta[f"W_x_{c}"][l] @ x[n + l] for l in range(L)), np.zeros(d_s))
            for c in (*GATES, "du")
        }

        def gate(c: str, state: np.ndarray, xi: Any = xi, v: Any = v) -> np.ndarray:
            a = xi[c] + theta[f"W_s_{c}"] @ state + theta[f"W_v_{c}"] @ v + theta[f"b_{c}"]
            return sigmoid(a)

        g_cu, g_cs, g_cx = gate("cu", s), gate("cs", s), gate("cx", s)
        u = np.tanh(g_cx * xi["du"] + theta["W_v_du"] @ v + theta["b_du"])
        s = g_cs * s + g_cu * u
        g_cr = gate("cr", s)
        q = g_cr * np.tanh(s)
        v = theta["W_q_dr"] @ q
        wanted = {"g_cu": g_cu, "g_cs": g_cs, "g_cx": g_cx, "g_cr": g_cr, "u": u, "s": s, "q": q}
        wanted |= {"v": v, "r": np.tanh(s)} | {f"xi_{c}": value for c, value in xi.items()}
        for name, value in wanted.items():
            assert_same(rec[name][n], value)


@SEEDS
def test_equations_217_to_229(seed: int) -> None:
    """The backward pass with its transposes, from the last step to the first (errata 22, 33-35)."""
    theta = random_theta(seed)
    rec, back = random_run(seed, theta)
    g = back.explicit["v"]
    f_chi, f_psi = np.zeros(d_v), np.zeros(d_s)
    alphas = np.zeros((K, 5, d_s))
    for n in range(K - 1, -1, -1):
        at = {name: rec[name][n] for name in rec.names}
        slope = {c: at[f"g_{c}"] * (1 - at[f"g_{c}"]) for c in GATES}
        chi = g[n] + f_chi
        beta = theta["W_q_dr"].T @ chi
        rho, gamma_cr = beta * at["g_cr"], beta * at["r"]
        alpha_cr = gamma_cr * slope["cr"]
        psi = rho * (1 - at["r"] ** 2) + theta["W_s_cr"].T @ alpha_cr + f_psi
        alpha_cs = psi * rec.previous("s")[n] * slope["cs"]
        alpha_cu = psi * at["u"] * slope["cu"]
        alpha_du = psi * at["g_cu"] * (1 - at["u"] ** 2)
        gamma_cx = alpha_du * at["xi_du"]
        alpha_cx = gamma_cx * slope["cx"]
        alphas[n] = alpha_cu, alpha_cs, alpha_cx, alpha_cr, alpha_du
        wanted = {"chi": chi, "beta": beta, "rho": rho, "gamma_cr": gamma_cr, "psi": psi}
        wanted |= {"alpha_cu": alpha_cu, "alpha_cs": alpha_cs, "alpha_cx": alpha_cx}
        wanted |= {"alpha_cr": alpha_cr, "alpha_du": alpha_du, "gamma_cx": gamma_cx}
        for name, value in wanted.items():
            assert_same(back[name][n], value)
        named = dict(zip((*GATES, "du"), alphas[n], strict=True))
        f_chi = sum((theta[f"W_v_{c}"].T @ a for c, a in named.items()), np.zeros(d_v))
        f_psi = at["g_cs"] * psi
        f_psi = f_psi + sum(theta[f"W_s_{c}"].T @ named[c] for c in ("cu", "cs", "cx"))
        assert_same(back.d_theta_step("W_q_dr", n), np.outer(chi, at["q"]))  # errata 36
    alphas[:, 4] *= rec["g_cx"]  # alpha_du at xi_du
    for n in range(K):
        d_x_n = sum(
            theta[f"W_x_{c}"][l].T @ alphas[n - l, i]
            for i, c in enumerate((*GATES, "du"))
            for l in range(min(L, n + 1))
        )
        assert_same(back.d_x[n], d_x_n)


@SEEDS
@pytest.mark.parametrize("batch", [None, 3], ids=["one", "batch"])
def test_torch_lstm_with_a_projection(seed: int, batch: int | None) -> None:
    """L = 1, no peepholes, the input's gate held open: torch.nn.LSTM(proj_size=d_v)."""
    torch.manual_seed(seed)
    module = torch.nn.LSTM(d_x, d_s, proj_size=d_v, dtype=torch.float64)
    order = ("cu", "cs", "du", "cr")  # i, f, g, o
    theta = lc.init_params(CELL, weights="zeros", d_x=d_x, d_s=d_s, d_v=d_v)
    state = {name: value.numpy() for name, value in module.state_dict().items()}
    for i, c in enumerate(order):
        rows = slice(i * d_s, (i + 1) * d_s)
        theta[f"W_x_{c}"] = state["weight_ih_l0"][rows][None]
        theta[f"W_v_{c}"] = state["weight_hh_l0"][rows]
        theta[f"b_{c}"] = (state["bias_ih_l0"] + state["bias_hh_l0"])[rows]
    theta["W_q_dr"] = state["weight_hr_l0"]

    rng = np.random.default_rng(seed)
    axes = () if batch is None else (batch,)
    x = torch.tensor(rng.normal(size=(K, *axes, d_x)), requires_grad=True)
    h = torch.tensor(rng.normal(size=(1, *axes, d_v)), requires_grad=True)
    c0 = torch.tensor(rng.normal(size=(1, *axes, d_s)), requires_grad=True)
    out, _ = module(x, (h, c0))
    weights = rng.normal(size=out.shape)
    (out * torch.tensor(weights)).sum().backward()
    start = {"v": h.detach().numpy()[0], "s": c0.detach().numpy()[0]}
    rec = lc.unroll(CELL, theta, x.detach().numpy(), start, {"g_cx": 1.0})
    back = lc.backpropagate(rec, weights)

    def close(mine: np.ndarray, truth: Any) -> None:
        wanted = truth.detach().numpy()
        assert np.abs(mine - wanted).max() <= 1e-10 * np.abs(wanted).max()

    close(rec["v"], out)
    close(back.d_x, x.grad)
    close(back.d_initial["v"][None], h.grad)
    close(back.d_initial["s"][None], c0.grad)
    stacks = {
        "weight_ih_l0": np.concatenate([back.d_theta[f"W_x_{c}"][0] for c in order]),
        "weight_hh_l0": np.concatenate([back.d_theta[f"W_v_{c}"] for c in order]),
        "bias_ih_l0": np.concatenate([back.d_theta[f"b_{c}"] for c in order]),
        "weight_hr_l0": back.d_theta["W_q_dr"],
    }
    for name, value in stacks.items():
        close(value, getattr(module, name).grad)


@SEEDS
def test_without_its_extensions_it_is_the_vanilla_lstm(seed: int) -> None:
    """L = 1, W_q_dr = I and g_cx = 1: every signal and every gradient that the other has."""
    theta = random_theta(seed, d_v=d_s, L=1) | {"W_q_dr": np.eye(d_s)}
    rec, back = random_run(seed, theta, g_cx=1.0)
    vanilla = lc.CELLS["vanilla_lstm"]
    shared = {n: theta[n][0] if n.startswith("W_x") else theta[n] for n in vanilla.params}
    plain = lc.unroll(vanilla, shared, rec.x)
    back_plain = lc.backpropagate(plain, back.explicit["v"])
    for name in plain.names:
        assert_same(rec[name], plain[name])
        assert_same(back.of(name), back_plain.of(name))
    for name, value in back_plain.d_theta.items():
        assert_same(back.d_theta[name].reshape(value.shape), value)
    assert_same(back.d_x, back_plain.d_x)
    assert_same(back["beta"], back["chi"])
    for kind in ("exact", "paper", "cec"):
        norms = lc.transport_norms(rec, kind), lc.transport_norms(plain, kind)
        np.testing.assert_allclose(*norms, rtol=1e-9)


@SEEDS
def test_with_one_tap_and_the_identity_it_is_the_last_stage(seed: int) -> None:
    """L = 1 and W_q_dr = I, the gates free: stage_gated_input with its update's weights renamed."""
    theta = random_theta(seed, d_v=d_s, L=1) | {"W_q_dr": np.eye(d_s)}
    rec, back = random_run(seed, theta)
    stage = lc.CELLS["stage_gated_input"]
    names = {"W_r": "W_v_du", "W_x": "W_x_du", "theta_s": "b_du"}
    shared = {n: theta[names.get(n, n)] for n in stage.params}
    shared = {n: value[0] if value.ndim == 3 else value for n, value in shared.items()}
    last = lc.unroll(stage, shared, rec.x)
    back_last = lc.backpropagate(last, back.explicit["v"])
    for name in last.names:
        assert_same(rec[name], last[name])
        assert_same(back.of(name), back_last.of(name))


@pytest.mark.parametrize("taps", [1, 2, 4, K + 3])
def test_how_far_it_looks_ahead(taps: int) -> None:
    """x[n+L-1] moves every gate at n, x[n+L] moves none; past the end is 0."""
    theta = random_theta(0, L=taps)
    x = np.random.default_rng(1).normal(size=(K, d_x))
    rec = lc.unroll(CELL, theta, x)
    for moved in range(K):
        other = x.copy()
        other[moved] += 1.0
        found = lc.unroll(CELL, theta, other)
        first = max(0, moved - taps + 1)  # the first step whose window has it
        for c in (*GATES, "du"):
            np.testing.assert_array_equal(found[f"xi_{c}"][:first], rec[f"xi_{c}"][:first])
            assert (found[f"xi_{c}"][first : moved + 1] != rec[f"xi_{c}"][first : moved + 1]).all()
            np.testing.assert_array_equal(
                found[f"xi_{c}"][moved + 1 :], rec[f"xi_{c}"][moved + 1 :]
            )
        for gate in (f"g_{c}" for c in GATES):
            np.testing.assert_array_equal(found[gate][:first], rec[gate][:first])
            assert (found[gate][first] != rec[gate][first]).all()
    longer = np.concatenate([x, np.zeros((taps, d_x))])
    assert_same(lc.unroll(CELL, theta, longer)["v"][:K], rec["v"])


@SEEDS
def test_joint_recursion(seed: int) -> None:
    """Errata, the last lines on document 000: S, V, C, M of the Augmented cell."""
    theta = random_theta(seed)
    rec, _ = random_run(seed, theta)

    def slope(c: str, other: np.ndarray) -> np.ndarray:
        return other * rec[f"g_{c}"] * (1 - rec[f"g_{c}"])

    D_du = rec["g_cu"] * (1 - rec["u"] ** 2)
    D = {
        "cu": slope("cu", rec["u"]),
        "cs": slope("cs", rec.previous("s")),
        "cx": slope("cx", rec["xi_du"]) * D_du,
        "du": D_du,
    }
    D_cr = slope("cr", rec["r"])
    S, V, C, M = [], [], [], []
    for n in range(K):
        V.append(sum(theta[f"W_v_{c}"].T * D[c][n] for c in D))
        through_gates = sum(theta[f"W_s_{c}"].T * D[c][n] for c in ("cu", "cs", "cx"))
        S.append(through_gates + np.diag(rec["g_cs"][n]))
        C.append(theta["W_v_cr"].T * D_cr[n] @ theta["W_q_dr"].T)
        squash = np.diag(rec["g_cr"][n] * (1 - rec["r"][n] ** 2))
        M.append((squash + theta["W_s_cr"].T * D_cr[n]) @ theta["W_q_dr"].T)
    for n in range(K):
        exact, paper, cec = np.eye(d_s + d_v), np.eye(d_s), np.eye(d_s)
        for l in range(n, K):
            if l > n:
                SV = S[l] + M[l - 1] @ V[l]
                exact = exact @ np.block([[SV, M[l - 1] @ C[l]], [V[l], C[l]]])
                paper, cec = paper @ SV, cec @ np.diag(rec["g_cs"][l])
            wanted = {"exact": exact[:d_s, :d_s], "paper": paper, "cec": cec}
            for kind, matrix in wanted.items():
                mine = lc.error_transport(rec, n, l, kind)
                assert np.abs(mine - matrix).max() <= 1e-11 * np.abs(matrix).max()


def test_shapes_and_equations() -> None:
    """Errata 32: the input's gate has d_s rows throughout."""
    for c in (*GATES, "du"):
        assert CELL.params[f"W_x_{c}"].shape == ("L", "d_s", "d_x")
        assert CELL.params[f"W_v_{c}"].shape == ("d_s", "d_v")
        assert CELL.params[f"b_{c}"].shape == ("d_s",)
    for c in GATES:
        assert CELL.params[f"W_s_{c}"].shape == ("d_s", "d_s")
    assert CELL.params["W_q_dr"].shape == ("d_v", "d_s")
    assert len(CELL.params) == 20
    assert sorted(int(s.equation) for s in CELL.declared) == list(range(196, 215))
    gradients = [int(param.gradient_equation) for param in CELL.params.values()]
    assert sorted(gradients) == list(range(230, 250))
    alphas = [f"alpha_{c}" for c in (*GATES, "du")]
    gammas = [f"gamma_{c}" for c in GATES]
    assert set(CELL.gradient_names) == {*alphas, *gammas, "psi", "chi", "rho", "beta"}
    assert CELL.ahead == tuple(f"xi_{c}" for c in (*GATES, "du"))
    assert lc.CELLS["stage_gated_input"].ahead == ("xi_du",)
    others = [
        cell for name, cell in lc.CELLS.items() if name not in (CELL.name, "stage_gated_input")
    ]
    assert not any(cell.ahead for cell in others)


def test_sizes() -> None:
    """d_v = d_s and L = 1 where they are left out; what doesn't fit is named with its remedy."""
    theta = lc.init_params(CELL, d_x=2, d_s=3)
    assert theta["W_q_dr"].shape == (3, 3)
    assert theta["W_x_cu"].shape == (1, 3, 2)
    assert lc.init_params(CELL, d_x=2, d_s=3, d_v=1, L=5)["W_x_cu"].shape == (5, 3, 2)
    wrong: list[tuple[dict[str, Any], str]] = [
        (
            {"d_v": 4},
            r"d_v \(width of the value\) must be at most d_s = 3; got 4: make d_v smaller",
        ),
        ({"L": 0}, r"L \(taps of the windows over the input\) must be 1 or more; got 0: give"),
        ({"d_v": 0}, r"d_v \(width of the value\) must be 1 or more; got 0: give"),
        ({"L": 1.5}, r"L .* must be 1 or more; got 1.5: give a whole number"),
        ({"d_q": 2}, "unknown size of augmented_lstm 'd_q'"),
    ]
    for sizes, message in wrong:
        with pytest.raises((ValueError, KeyError), match=message):
            lc.init_params(CELL, d_x=2, d_s=3, **sizes)
    with pytest.raises(
        ValueError, match=r"\('L', 'd_s', 'd_x'\)|\(L, d_s, d_x\) = \(1, 3, 2\); got"
    ):
        lc.unroll(CELL, theta | {"W_x_cu": np.zeros((3, 2))}, np.ones((4, 2)))


def test_a_window_is_initialised_as_one_matrix() -> None:
    """Glorot's fan-in counts all taps; the orthogonal rule makes their rows orthonormal together."""
    theta = lc.init_params(CELL, d_x=10, d_s=20, L=8)
    bound = np.sqrt(6 / (8 * 10 + 20))
    assert 0.95 * bound < np.abs(theta["W_x_cu"]).max() <= bound
    side_by_side = np.hstack(
        lc.init_params(CELL, weights="orthogonal", d_x=3, d_s=5, L=4)["W_x_du"]
    )
    np.testing.assert_allclose(side_by_side @ side_by_side.T, np.eye(5), atol=1e-14)
    theta = lc.init_params(CELL, weights="identity", d_x=3, d_s=3, L=2)
    np.testing.assert_array_equal(theta["W_x_cu"], [np.eye(3), np.zeros((3, 3))])


def test_a_projection_of_zeros() -> None:
    """A weight that vanishes is left out of the step; the value is 0, its gradient is there."""
    theta = random_theta(0) | {"W_q_dr": np.zeros((d_v, d_s))}
    rec, back = random_run(0, theta)
    np.testing.assert_array_equal(rec["v"], 0)
    np.testing.assert_array_equal(back["beta"], 0)
    assert np.abs(back.d_theta["W_q_dr"]).max() > 0


def test_the_value_is_not_clipped() -> None:
    """It is no accumulation: only the alphas are (footnotes 19 and 24)."""
    rec, _ = random_run(0, random_theta(0))
    g = np.full(rec.output.shape, 50.0)
    back = lc.backpropagate(rec, g, clip_alpha=1.0)
    np.testing.assert_array_equal(back["chi"][-1], 50.0)
    assert max(np.abs(back[f"alpha_{c}"]).max() for c in (*GATES, "du")) <= 1
