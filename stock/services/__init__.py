"""The verbs: every write of stock. Each is one transaction of its own and takes the client's key."""

from stock.ledger import Origin
from stock.services.count_posting import post_count, undo_count
from stock.services.counts import Found, ask_recount, assign_count, cancel_count, open_count, submit_count
from stock.services.foresight import Foreseen, Wanted, foresee
from stock.services.goods import adjust, receive, ship
from stock.services.lines import AdjustLine, ArriveLine, MoveLine, ReceiveLine, ShipLine, TransferLine, WriteOffLine
from stock.services.movements import move, transfer
from stock.services.places import activate_location, close_warehouse, deactivate_location, reopen_warehouse
from stock.services.products import archive_product, delete_product, restore_product
from stock.services.reasons import delete_reason, restore_reason, retire_reason, save_reason
from stock.services.reversal import cancel_transfer, reverse, undo_transfer
from stock.services.thresholds import ThresholdLine, preview_thresholds, set_many_thresholds, set_thresholds
from stock.services.transfers import draft_transfer, receive_transfer, send_transfer, write_off_transfer

__all__ = [
    "AdjustLine",
    "ArriveLine",
    "Foreseen",
    "Found",
    "MoveLine",
    "Origin",
    "ReceiveLine",
    "ShipLine",
    "ThresholdLine",
    "TransferLine",
    "Wanted",
    "WriteOffLine",
    "activate_location",
    "adjust",
    "archive_product",
    "ask_recount",
    "assign_count",
    "cancel_count",
    "cancel_transfer",
    "close_warehouse",
    "deactivate_location",
    "delete_product",
    "delete_reason",
    "draft_transfer",
    "foresee",
    "move",
    "open_count",
    "post_count",
    "preview_thresholds",
    "receive",
    "receive_transfer",
    "reopen_warehouse",
    "restore_product",
    "restore_reason",
    "retire_reason",
    "reverse",
    "save_reason",
    "send_transfer",
    "set_many_thresholds",
    "set_thresholds",
    "ship",
    "submit_count",
    "transfer",
    "undo_count",
    "undo_transfer",
    "write_off_transfer",
]
