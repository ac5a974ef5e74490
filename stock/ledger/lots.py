"""Lots as they come into being: with the first goods that carry their number."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

ADD = """
INSERT INTO catalog_lot (product_id, number, expires_on)
SELECT DISTINCT ON (product_id, number) product_id, number, expires_on
  FROM unnest(%(products)s::bigint[], %(numbers)s::text[], %(expiries)s::date[]) WITH ORDINALITY
       AS wanted (product_id, number, expires_on, place)
 WHERE NOT EXISTS (SELECT FROM catalog_lot l WHERE l.product_id = wanted.product_id AND l.number = wanted.number)
 ORDER BY product_id, number, place
ON CONFLICT DO NOTHING
"""

READ = """
SELECT l.product_id, l.number, l.id, l.expires_on
  FROM catalog_lot l
 WHERE (l.product_id, l.number) IN (SELECT * FROM unnest(%(products)s::bigint[], %(numbers)s::text[]))
"""


WantedLot = tuple[int, str, date | None]


class LotRow(NamedTuple):
    id: int
    expires_on: date | None


def find_or_add_lots(wanted: Iterable[WantedLot]) -> dict[tuple[int, str], LotRow]:
    """Return the lot of each (product id, number), made with this expiry where it is new.

    Two statements, none where nothing is wanted. New rows are inserted in the order of their keys, after the operation
    key and before products are locked. A lot that stands keeps its expiry: the caller compares.
    """
    lots = list(wanted)
    if not lots:
        return {}
    arrays: dict[str, Any] = {
        "products": [product for product, _, _ in lots],
        "numbers": [number for _, number, _ in lots],
        "expiries": [expires_on for _, _, expires_on in lots],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD, arrays)
        cursor.execute(READ, arrays)
        return {(product, number): LotRow(id_, expires_on) for product, number, id_, expires_on in cursor.fetchall()}
