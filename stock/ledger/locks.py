"""The locks of products, bins and levels, in their one order (see `stock.ledger`), for whoever needs them."""

import json
from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from stock.ledger import statements
from stock.ledger.books import LocationRow, Part, ProductRow

Pair = tuple[int, int]


class LevelRow(NamedTuple):
    """An Inventory row as locked, in the product's unit, with its holdings in FEFO order."""

    parts: list[Part]
    id: int
    product_id: int
    warehouse_id: int
    quantity: Decimal
    low: Decimal | None
    high: Decimal | None
    version: int


class Held(NamedTuple):
    """What is locked: products and bins by id, levels in the order of their locks."""

    products: dict[int, ProductRow]
    locations: dict[int, LocationRow]
    levels: list[LevelRow]


def hold(
    products: Iterable[int] = (),
    locations: Iterable[int] = (),
    warehouses: Iterable[int] = (),
    *,
    levels: Iterable[Pair] = (),
    adding_to: Collection[int] = (),
) -> Held:
    """Lock what an operation touches, by ids, and return it as it stands under the locks. One statement.

    First products, then bins with their warehouses and the default bins of `warehouses` (FOR KEY SHARE), then the
    levels of these (product, warehouse) by product and warehouse (FOR NO KEY UPDATE); a level that is missing in one of
    `adding_to` is made. The holdings are what was committed while the locks were waited for.
    """
    pairs = list(levels)
    asked: dict[str, Any] = {
        "products": sorted(set(products)),
        "locations": sorted(set(locations)),
        "warehouses": list(warehouses),
        "level_products": [product for product, _ in pairs],
        "level_warehouses": [warehouse for _, warehouse in pairs],
        "adding_to": list(adding_to),
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.HOLD, asked)
        [found] = cursor.fetchone()
    goods, bins, rows, holdings = json.loads(found, parse_float=Decimal)
    parts: dict[int, list[Part]] = {row[0]: [] for row in rows}
    for level, *part in holdings:
        parts[level].append(_part(*part))
    return Held(
        products={row[0]: ProductRow(*row) for row in goods},
        locations={row[0]: LocationRow(*row) for row in bins},
        levels=[LevelRow(parts[row[0]], *row) for row in rows],
    )


def _part(
    pk: int, location: int, code: str, kind: str, lot: int | None, number: str, expires: str | None, quantity: Decimal
) -> Part:
    return Part(pk, location, code, kind, lot, number, date.fromisoformat(expires) if expires else None, quantity)
