"""What *Building the LSTM* says of its stages: what is new, a question, and the answer in figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.building import BuildingRun, StageRun


@dataclass(frozen=True)
class Words:
    """What is new at a stage, as Markdown, and what to predict."""

    news: str
    question: str


WORDS = {
    "canonical": Words(
        "$s = W_s s' + W_r r' + W_x x + \\theta_s$ (30), $r = G_d(s)$ (31)\n\n"
        "The state before comes back twice: as it is through $W_s$, and squashed, as the readout,"
        " through $W_r$. On its way back an error has to pass these matrices at every step.",
        "An error enters at the last step. How much of it is left at the first?",
    ),
    "gated_state": Words(
        "$s = g_{cs} \\odot W_s s' + g_{cu} \\odot (W_r r' + W_x x + \\theta_s)$ (98)\n\n"
        "The sum is taken apart (94-97), and before each of its parts stands a gate from 0 to 1: how"
        " much is kept, and how much is added. Both read the input, the state and the readout"
        " (112-113).",
        "Two gates now stand in the error's way. Does it get further than in the RNN?",
    ),
    "identity_state": Words(
        "$s = g_{cs} \\odot s' + g_{cu} \\odot (W_r r' + W_x x + \\theta_s)$ (102)\n\n"
        "The identity takes the place of $W_s$ (100): the state before meets its gate and nothing"
        " else. The marked wire closes a way round on which there is neither a weight nor a"
        " squashing, only the gate: the carousel.",
        "A matrix has been taken out of the state's way. What is left of the error now?",
    ),
    "gated_readout": Words(
        "$s = g_{cs} \\odot s' + g_{cu} \\odot (W_r v' + W_x x + \\theta_s)$ (105),"
        " $v = g_{cr} \\odot r$ (103)\n\n"
        "A third gate stands behind the readout. What it lets through is the value $v$: the output,"
        " and what the next step reads in place of $r$ (errata 16).",
        "Where does the error meet the new gate: where it enters, or on its way back?",
    ),
    "gated_input": Words(
        "$u = G_d(W_r v' + g_{cx} \\odot W_x x + \\theta_s)$ (106-107)\n\n"
        "The input gets a gate too, and the update as a whole is squashed before it is added:"
        " $s = g_{cs} \\odot s' + g_{cu} \\odot u$ (108).",
        "How large can the state become now, and what does the squashing cost the error?",
    ),
    "vanilla": Words(
        "$u = G_d(W_{v_{du}} v' + W_{x_{du}} x + b_{du})$ (129-130)\n\n"
        "The gate on the input is held open, $g_{cx} = 1$, and falls away: the input goes straight into the"
        " sum. The update's weights take the names that they have in the LSTM (126-136); their"
        " values are the same.",
        "The gate on the input is gone. Does the error notice?",
    ),
}


def answer(stage: str, run: BuildingRun) -> str:
    """The answer to a stage's question, as HTML, with the numbers of this run."""
    now, before = run.now, run.before
    if before is None:
        return _of_the_rnn(now)
    left = _left(now, before)
    means = {name: number(mean, 2) for name, mean in {**before.means, **now.means}.items()}
    return {
        "gated_state": lambda: (
            f"{left} Every way of the RNN now passes a gate, a factor that is never above 1 (99): in the"
            f" mean {means['g_cs']} for what is kept and {means['g_cu']} for what is added, so each gets"
            " weaker. New are only the ways through the gates' own sums. And <i>W<sub>s</sub></i> is"
            " still in the way."
        ),
        "identity_state": lambda: (
            f"{left} The state (forget) gates alone, {means['g_cs']} in the mean, leave"
            f" {number(now.by_gates[-1])} (182) in the unit where they leave most; the rest comes back"
            " through the update and through the gates' sums. The wire alone does not save the error:"
            " with a state gate at one half it dies all the same (preset <i>Half-open gates</i>)."
        ),
        "gated_readout": lambda: (
            f"At both. It enters through the gate, {means['g_cr']} in the mean: ‖<i>ψ</i>‖ at the last"
            f" step is {number(now.enters)}, before {number(before.enters)}. And the loop through"
            f" <i>W<sub>r</sub></i> passes the gate at every step. {left} The way along the state"
            " (forget) gates is untouched by it."
        ),
        "gated_input": lambda: (
            "A step adds at most 1 to a unit, whatever the input, so that after <i>n</i> steps none is"
            " beyond <i>n</i>; without an end it can still grow (errata 15). The largest |<i>s</i>| is"
            f" {number(now.largest)}, before {number(before.largest)}. The way through the update has"
            " one more factor, the slope of the squashing, at most 1; but a smaller state leaves the"
            f" other slopes steeper: ‖<i>ψ</i>‖ at the last step is {number(now.enters)}, before"
            f" {number(before.enters)}. {left}"
        ),
        "vanilla": lambda: (
            f"It loses one way, that through the own sum of the gate on the input; that gate was"
            f" {means['g_cx']} in the mean. All else is as it was, but for the signals: the largest"
            f" |<i>s</i>| is {number(now.largest)}, before {number(before.largest)}. {left} Hold the gates"
            " at values, with g_cx at 1, and the last two stages are the same, number for number."
        ),
    }[stage]()


def _of_the_rnn(now: StageRun) -> str:
    (below,) = np.nonzero(now.by_lag < 1e-3)
    fate = (
        f"it falls below a thousandth after {below[0]} steps"
        if len(below)
        else "it does not fall below a thousandth on its way"
    )
    return (
        f"{number(now.left)} of it, a 2-norm: {fate}. Every step back multiplies it by the transpose of"
        " <i>W<sub>s</sub></i> + <i>W<sub>r</sub></i> diag(<i>G</i>′(<i>s</i>)) (errata 1, 12), and"
        " there is no other way."
    )


def _left(now: StageRun, before: StageRun) -> str:
    """How much of the error is left, compared with the stage before."""
    steps = len(now.rec) - 1
    if abs(now.left - before.left) <= 0.005 * before.left:
        return f"After {steps} steps {number(now.left)} of the error is left, as much as before."
    more = "more" if now.left > before.left else "less"
    return (
        f"After {steps} steps {number(now.left)} of the error is left, {more} than the"
        f" {number(before.left)} of the stage before."
    )


def number(value: float, digits: int = 3) -> str:
    """A number to some significant digits, its power of ten raised, as HTML."""
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    raised = f" · 10<sup>{int(power)}</sup>" if power else ""
    return f"{mantissa}{raised}".replace("-", "−")
