"""Levels, the ledger that explains them, and what people did to make it."""

from stock.models.inventory import Holding, Inventory, State, level_state
from stock.models.ledger import LedgerIsAppendOnly, Operation, StockTransaction
from stock.models.reason import ReasonCode

__all__ = [
    "Holding",
    "Inventory",
    "LedgerIsAppendOnly",
    "Operation",
    "ReasonCode",
    "State",
    "StockTransaction",
    "level_state",
]
