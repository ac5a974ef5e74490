"""What the ledger's keeper writes on an Inventory besides its level: thresholds."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from catalog.models import Product
from stock.ledger import statements
from stock.ledger.locks import hold
from stock.models import Inventory
from stock.queries.levels import Row, remember
from stock.queries.thresholds import Change, Pair
from warehouses.models import Warehouse

# So many levels the cache learns of in one go.
REMEMBERED = 500


def write_thresholds(product: Product, warehouse: Warehouse, low: Decimal | None, high: Decimal | None) -> Inventory:
    """Set the Inventory's own thresholds (None: the product's default counts) under its lock; the version rises.

    The cache learns of it after commit.
    """
    Inventory.objects.bulk_create([Inventory(product=product, warehouse=warehouse)], ignore_conflicts=True)
    inventory = Inventory.objects.select_for_update(no_key=True).get(product=product, warehouse=warehouse)
    inventory.low_threshold, inventory.high_threshold = low, high
    inventory.version = F("version") + 1
    inventory.save(update_fields=["low_threshold", "high_threshold", "version"])
    inventory.refresh_from_db(fields=["version"])
    shown = (product.pk, warehouse.pk, inventory.version, inventory.quantity, low, high)
    transaction.on_commit(partial(remember, [shown]), robust=True)
    return inventory


def lock_pairs(pairs: Sequence[Pair]) -> None:
    """Lock the levels of these (product id, warehouse id), made where they are missing, in the ledger's order.

    One statement, however many.
    """
    hold(levels=pairs, adding_to={warehouse for _, warehouse in pairs})


def write_changes(changes: Sequence[Change]) -> None:
    """Write the thresholds of levels that are locked; each version rises, and the cache learns of it after commit.

    One statement, however many.
    """
    arrays: dict[str, Any] = {
        "levels": [change.inventory_id for change in changes],
        "lows": [change.low_after for change in changes],
        "highs": [change.high_after for change in changes],
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.WRITE_THRESHOLDS, arrays)
    shown: list[Row] = [
        (v.product_id, v.warehouse_id, v.version + 1, v.quantity, v.low_after, v.high_after) for v in changes
    ]
    for start in range(0, len(shown), REMEMBERED):
        transaction.on_commit(partial(remember, shown[start : start + REMEMBERED]), robust=True)


def forget_levels(product: Product) -> None:
    """Delete the Inventory rows of a product that never had stock: thresholds that were set for it."""
    Inventory.objects.filter(product=product).delete()
