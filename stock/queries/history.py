"""Why a level is what it is: the lines of the ledger that sum to it, each with the level after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from catalog.models import Lot, Product
from inventory_site.web.keyset import PAGE_SIZE
from stock.models import StockTransaction
from stock.queries.as_of import NEWEST, NONE, newest_lines
from stock.queries.transactions import by_number
from warehouses.models import Location, Warehouse

# The lines of each warehouse up to its own end, the newest first: each is one walk along `transaction_by_inventory`.
BOOKED = """
    FROM unnest(%(warehouses)s::bigint[], %(firsts)s::bigint[], %(lasts)s::bigint[]) AS place (warehouse, first, last)
    CROSS JOIN LATERAL (
        SELECT id, quantity FROM stock_stocktransaction
        WHERE product_id = %(product)s AND warehouse_id = place.warehouse AND {bounds}
          AND (%(location)s::bigint IS NULL OR location_id = %(location)s)
          AND (%(lot)s::bigint IS NULL OR lot_id = %(lot)s)
        ORDER BY id DESC {limit}
    ) AS line
"""

# Sums and level come from one statement, so that they belong together while others book.
SUMS = f"""
SELECT coalesce(sum(quantity), 0),
       coalesce(sum(quantity) FILTER (WHERE id <= first), 0),
       coalesce(sum(quantity) FILTER (WHERE id < %(mark)s), 0),
       count(*) FILTER (WHERE id > first),
       CASE WHEN %(location)s::bigint IS NULL AND %(lot)s::bigint IS NULL THEN (
           SELECT coalesce(sum(quantity), 0) FROM stock_inventory
           WHERE product_id = %(product)s AND warehouse_id = ANY(%(warehouses)s)
       ) ELSE (
           SELECT coalesce(sum(held.quantity), 0)
           FROM stock_inventory inventory JOIN stock_holding held ON held.inventory_id = inventory.id
           WHERE inventory.product_id = %(product)s AND inventory.warehouse_id = ANY(%(warehouses)s)
             AND (%(location)s::bigint IS NULL OR held.location_id = %(location)s)
             AND (%(lot)s::bigint IS NULL OR held.lot_id = %(lot)s)
       ) END
{BOOKED.format(bounds="id <= place.last", limit="OFFSET 0")}
"""  # nosec B608 # only constants of our own

PAGE = f"""
SELECT id, quantity
{BOOKED.format(bounds="id > place.first AND id <= place.last AND id < %(mark)s", limit="LIMIT %(most)s")}
ORDER BY id DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Shelf:
    """What a level is of: a product in some warehouses, or in one bin of them, or of one lot, or both."""

    product: Product
    warehouses: Sequence[Warehouse]
    location: Location | None = None
    lot: Lot | None = None


class Sums(NamedTuple):
    """What the lines add up to, in the product's unit.

    `closing`: all of them, up to the end of the span; `opening`: those before its beginning; `running`: those behind
    the mark; `lines`: how many lie within the span; `level`: what is on hand now.
    """

    closing: Decimal
    opening: Decimal
    running: Decimal
    lines: int
    level: Decimal


class Booked(NamedTuple):
    """A line of the ledger and the level of the shelf after it."""

    line: StockTransaction
    level: Decimal


@dataclass(frozen=True)
class History:
    """One page of what made a level; `after` is the mark of the next page, "" on the last.

    `level` is the figure that the lines must sum to: what is on hand now, or the level after the newest line of a past
    moment. Of a bin or a lot no line says that: then it is what they sum to.
    """

    rows: list[Booked]
    after: str
    sums: Sums
    level: Decimal

    @property
    def change(self) -> Decimal:
        return self.sums.closing - self.sums.opening


def history_of(shelf: Shelf, *, at: datetime | None, since: datetime | None, mark: int | None) -> History:
    """Return the lines that made a level, the newest first: after `since` (None: all) up to `at` (None: now).

    `mark` is the id behind which the page begins. Three queries, one more for each moment.
    """
    keys = [warehouse.pk for warehouse in shelf.warehouses]
    lasts, then = _ends(shelf, at) if at else ([NEWEST] * len(keys), None)
    asked: dict[str, Any] = {
        "product": shelf.product.pk,
        "warehouses": keys,
        "firsts": _ends(shelf, since)[0] if since else [NONE] * len(keys),
        "lasts": lasts,
        "location": shelf.location.pk if shelf.location else None,
        "lot": shelf.lot.pk if shelf.lot else None,
        "mark": NEWEST if mark is None else mark,
        "most": PAGE_SIZE + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(SUMS, asked)
        sums = Sums(*cursor.fetchone())
        cursor.execute(PAGE, asked)
        found = cursor.fetchall()
    whole = shelf.location is None and shelf.lot is None
    level = sums.level if then is None else then if whole else sums.closing
    lines = by_number([pk for pk, _ in found[:PAGE_SIZE]])
    after = str(found[PAGE_SIZE - 1][0]) if len(found) > PAGE_SIZE else ""
    return History(_running(lines, sums.running), after, sums, level)


def _ends(shelf: Shelf, moment: datetime) -> tuple[list[int], Decimal]:
    """Return for each warehouse the id of its newest line at this moment, and the level after them in all."""
    keys = [warehouse.pk for warehouse in shelf.warehouses]
    newest = newest_lines(moment, [shelf.product.pk], keys)
    ends = [newest.get((shelf.product.pk, warehouse), (NONE, Decimal(0)))[0] for warehouse in keys]
    return ends, sum((level for _, level in newest.values()), Decimal(0))


def _running(lines: Sequence[StockTransaction], level: Decimal) -> list[Booked]:
    rows = []
    for line in lines:
        rows.append(Booked(line, level))
        level -= line.quantity
    return rows
