"""Thresholds of a product in a warehouse."""

from decimal import Decimal

from catalog.models import Product
from stock.ledger import verb
from stock.ledger.thresholds import write_thresholds
from stock.models import Inventory
from warehouses.models import Warehouse


@verb
def set_thresholds(*, product: Product, warehouse: Warehouse, low: Decimal | None, high: Decimal | None) -> Inventory:
    """Set low and high, in the product's unit; None leaves it to the product's default.

    The next sweep judges the level by them. The audit log records who and from what to what. Raises IntegrityError
    unless 0 <= low < high, Busy.
    """
    return write_thresholds(product, warehouse, low, high)
