"""Thresholds of many products in many warehouses: what they are, and what would become of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import connection

# A product's id and a warehouse's.
Pair = tuple[int, int]


class Keep(Enum):
    """Leave a threshold as it is."""

    AS_IT_IS = "keep"


# A figure in the product's unit; None: back to the product's default.
Figure = Decimal | None | Keep


@dataclass(frozen=True, kw_only=True)
class Change:
    """The thresholds of one product in one warehouse, before and after, in the product's unit; None: the default.

    `low_in_force` and `high_in_force` are those that count afterwards. `inventory_id` is 0 where there is no level yet.
    """

    line: int
    product_id: int
    sku: str
    unit: str
    decimals: int
    warehouse_id: int
    warehouse: str
    inventory_id: int
    quantity: Decimal
    version: int
    low_before: Decimal | None
    high_before: Decimal | None
    low_after: Decimal | None
    high_after: Decimal | None
    low_in_force: Decimal | None
    high_in_force: Decimal | None

    @property
    def changes(self) -> bool:
        return (self.low_before, self.high_before) != (self.low_after, self.high_after)


READ = """
SELECT wanted.line, p.id, p.sku, u.code, u.decimals, w.id, w.code, coalesce(i.id, 0), coalesce(i.quantity, 0),
       coalesce(i.version, 0), i.low_threshold, i.high_threshold, p.low_threshold, p.high_threshold
  FROM unnest(%(lines)s::int[], %(products)s::bigint[], %(warehouses)s::bigint[]) AS wanted (line, product, warehouse)
  JOIN catalog_product p ON p.id = wanted.product
  JOIN catalog_unit u ON u.id = p.unit_id
  JOIN warehouses_warehouse w ON w.id = wanted.warehouse
  LEFT JOIN stock_inventory i ON i.product_id = p.id AND i.warehouse_id = w.id
 ORDER BY p.sku_key, w.code
"""


def changes_to(asked: Sequence[tuple[Pair, Figure, Figure]]) -> list[Change]:
    """Return what becomes of the thresholds of each pair with this low and high. One statement."""
    arrays = {
        "lines": list(range(len(asked))),
        "products": [product for (product, _), _, _ in asked],
        "warehouses": [warehouse for (_, warehouse), _, _ in asked],
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, arrays)
        return [_change(row, *asked[row[0]][1:]) for row in cursor.fetchall()]


def _change(row: Sequence[Any], low: Figure, high: Figure) -> Change:
    *known, low_before, high_before, low_default, high_default = row
    low_after = low_before if isinstance(low, Keep) else low
    high_after = high_before if isinstance(high, Keep) else high
    names = ("line", "product_id", "sku", "unit", "decimals", "warehouse_id", "warehouse", "inventory_id", "quantity")
    return Change(
        **dict(zip((*names, "version"), known, strict=True)),
        low_before=low_before,
        high_before=high_before,
        low_after=low_after,
        high_after=high_after,
        low_in_force=low_default if low_after is None else low_after,
        high_in_force=high_default if high_after is None else high_after,
    )
