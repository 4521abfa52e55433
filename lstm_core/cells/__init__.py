"""The cells, one file each, and their registry in teaching order."""

from lstm_core.cells.augmented_lstm import AugmentedLSTM
from lstm_core.cells.base import Cell
from lstm_core.cells.rnn_canonical import CanonicalRNN
from lstm_core.cells.rnn_standard import StandardRNN
from lstm_core.cells.stage_gated_input import GatedInput
from lstm_core.cells.stage_gated_readout import GatedReadout
from lstm_core.cells.stage_gated_state import GatedState
from lstm_core.cells.stage_identity_state import IdentityState
from lstm_core.cells.vanilla_lstm import VanillaLSTM

CELLS: dict[str, Cell] = {
    cell.name: cell
    for cell in (
        CanonicalRNN(),
        StandardRNN(),
        GatedState(),
        IdentityState(),
        GatedReadout(),
        GatedInput(),
        VanillaLSTM(),
        AugmentedLSTM(),
    )
}

__all__ = ["CELLS", "Cell"]
