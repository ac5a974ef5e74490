"""What the ledger's keeper writes on an Inventory besides its level: thresholds."""

from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import F

from catalog.models import Product
from stock.models import Inventory
from stock.queries.levels import remember
from warehouses.models import Warehouse


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


def forget_levels(product: Product) -> None:
    """Delete the Inventory rows of a product that never had stock: thresholds that were set for it."""
    Inventory.objects.filter(product=product).delete()
