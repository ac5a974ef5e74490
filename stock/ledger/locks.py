"""The locks of products, bins and levels, in their one order (see `stock.ledger`), for whoever needs them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from stock.ledger import statements
from stock.ledger.books import LocationRow, ProductRow

Pair = tuple[int, int]


class LevelRow(NamedTuple):
    """An Inventory row as locked, in the product's unit."""

    id: int
    product_id: int
    warehouse_id: int
    quantity: Decimal
    low: Decimal | None
    high: Decimal | None
    version: int


def lock_goods(
    products: Iterable[int], locations: Iterable[int], warehouses: Iterable[int]
) -> tuple[dict[int, ProductRow], dict[int, LocationRow]]:
    """Lock products and bins with their warehouses by id (FOR KEY SHARE), the default bins of `warehouses` too."""
    with connection.cursor() as cursor:
        cursor.execute(statements.LOCK_PRODUCTS, {"products": sorted(set(products))})
        found = {row[0]: ProductRow(*row) for row in cursor.fetchall()}
        asked = {"locations": sorted(set(locations)), "warehouses": list(warehouses)}
        cursor.execute(statements.LOCK_LOCATIONS, asked)
        return found, {row[0]: LocationRow(*row) for row in cursor.fetchall()}


def lock_levels(pairs: Sequence[Pair], *, missing: Sequence[Pair] | None = None) -> list[LevelRow]:
    """Lock the levels of these (product id, warehouse id) in their order (FOR NO KEY UPDATE).

    Those of `missing` that are not there are made first.
    """
    with connection.cursor() as cursor:
        if missing is not None:
            cursor.execute(statements.ADD_MISSING_LEVELS, _columns(missing))
        cursor.execute(statements.LOCK_LEVELS, _columns(pairs))
        return [LevelRow(*row) for row in cursor.fetchall()]


def _columns(pairs: Sequence[Pair]) -> dict[str, list[int]]:
    return {"products": [product for product, _ in pairs], "warehouses": [warehouse for _, warehouse in pairs]}
