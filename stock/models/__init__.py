"""Levels, the ledger that explains them, and what people did to make it."""

from stock.models.append_only import LedgerIsAppendOnly
from stock.models.count import Count, CountBin, CountEntry, CountLine, CountSubmission
from stock.models.inventory import Holding, Inventory, State, level_state
from stock.models.ledger import Operation, StockTransaction
from stock.models.reason import ReasonCode
from stock.models.sweep import SweepMark
from stock.models.transfer import Transfer, TransferEntry, TransferLine

__all__ = [
    "Count",
    "CountBin",
    "CountEntry",
    "CountLine",
    "CountSubmission",
    "Holding",
    "Inventory",
    "LedgerIsAppendOnly",
    "Operation",
    "ReasonCode",
    "State",
    "StockTransaction",
    "SweepMark",
    "Transfer",
    "TransferEntry",
    "TransferLine",
    "level_state",
]
