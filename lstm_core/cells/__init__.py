"""The cells, one file each, and their registry in teaching order."""

from lstm_core.cells.base import Cell
from lstm_core.cells.rnn_canonical import CanonicalRNN
from lstm_core.cells.rnn_standard import StandardRNN
from lstm_core.cells.vanilla_lstm import VanillaLSTM

CELLS: dict[str, Cell] = {
    cell.name: cell
    for cell in (
        CanonicalRNN(),
        StandardRNN(),
        VanillaLSTM(),
    )
}

__all__ = ["CELLS", "Cell"]
