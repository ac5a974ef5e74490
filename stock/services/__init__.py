"""The verbs: every write of stock. Each is one transaction of its own and takes the client's key."""

from stock.ledger import Origin
from stock.services.goods import adjust, receive, ship
from stock.services.lines import AdjustLine, MoveLine, ReceiveLine, ShipLine, TransferLine
from stock.services.movements import move, transfer
from stock.services.products import archive_product, delete_product, restore_product
from stock.services.reversal import reverse
from stock.services.thresholds import set_thresholds

__all__ = [
    "AdjustLine",
    "MoveLine",
    "Origin",
    "ReceiveLine",
    "ShipLine",
    "TransferLine",
    "adjust",
    "archive_product",
    "delete_product",
    "move",
    "receive",
    "restore_product",
    "reverse",
    "set_thresholds",
    "ship",
    "transfer",
]
