"""What the books said at a past moment. The past follows `created`, the moment of booking, not when a person acted.

Within one Inventory `id` and `created` rise together, so its newest line that was booked by then has its level in
`balance_after`. Across the whole ledger they do so but for the length of a statement: an id is drawn after its
statement began. A search by halves over the ids therefore finds where a moment stands in the ledger, in some 25
probes of the primary key at ten million lines, and no index by time has to be written with every line.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.models import Product
from inventory_site.web.zones import day_in
from stock.queries.holdings import Part
from warehouses.models import Location, Warehouse

# No statement that books runs as long as this: the database ends one after seconds.
SLACK = timedelta(minutes=10)
# So far ahead of the database may a person's clock run and be believed.
AHEAD = timedelta(minutes=5)
# Above every id, and below.
NEWEST, NONE = 2**63 - 1, 0

# The least id above which every line was booked after `limit`. Half by half: does the line behind the middle come
# after it?
WHERE_IT_STANDS = """
WITH RECURSIVE search (low, high) AS (
    SELECT 0::bigint, coalesce((SELECT max(id) FROM stock_stocktransaction), 0)
    UNION ALL
    SELECT CASE WHEN late THEN low ELSE middle + 1 END, CASE WHEN late THEN middle ELSE high END
    FROM (
        SELECT low, high, middle, coalesce((
            SELECT created > %(limit)s FROM stock_stocktransaction WHERE id > middle ORDER BY id LIMIT 1
        ), true) AS late
        FROM (SELECT low, high, (low + high) / 2 AS middle FROM search WHERE low < high) AS half
    ) AS probe
), stands AS (SELECT min(high) AS id FROM search)
"""

# The day ends last at UTC-12. What was done on it may have been booked days later; there is an index of just that.
LAST_OF_DAY = f"""
{WHERE_IT_STANDS}
SELECT greatest(
    (SELECT id FROM stands),
    (SELECT max(id) FROM stock_stocktransaction
     WHERE occurred_on < ((created AT TIME ZONE 'UTC') - interval '12 hours')::date AND occurred_on <= %(day)s)
)
"""  # nosec B608 # only constants of our own

# `OFFSET 0` keeps the test of the moment behind the walk: PostgreSQL would take the index of moments for it, which
# says no more than that nearly all of the ledger is older.
NEWEST_LINES = f"""
{WHERE_IT_STANDS}
SELECT product, warehouse, line.id, line.balance_after
FROM unnest(%(products)s::bigint[]) AS product
CROSS JOIN unnest(%(warehouses)s::bigint[]) AS warehouse
CROSS JOIN LATERAL (
    SELECT id, balance_after FROM (
        SELECT id, balance_after, created FROM stock_stocktransaction
        WHERE product_id = product AND warehouse_id = warehouse AND id <= (SELECT id FROM stands)
        ORDER BY id DESC OFFSET 0
    ) AS older
    WHERE created <= %(at)s LIMIT 1
) AS line
"""  # nosec B608 # only constants of our own

PARTS = """
SELECT line.warehouse_id, location.code, location.kind, lot.number, lot.expires_on, line.quantity
FROM (
    SELECT warehouse_id, location_id, lot_id, sum(quantity) AS quantity
    FROM unnest(%(warehouses)s::bigint[], %(ends)s::bigint[]) AS newest (warehouse, id)
    CROSS JOIN LATERAL (
        SELECT warehouse_id, location_id, lot_id, quantity FROM stock_stocktransaction
        WHERE product_id = %(product)s AND warehouse_id = newest.warehouse AND id <= newest.id
    ) AS booked
    GROUP BY warehouse_id, location_id, lot_id
    HAVING sum(quantity) <> 0
) AS line
JOIN warehouses_location location ON location.id = line.location_id
LEFT JOIN catalog_lot lot ON lot.id = line.lot_id
ORDER BY lot.expires_on NULLS LAST, lot.number, location.code
"""

CONTENTS = f"""
{WHERE_IT_STANDS}
SELECT line.product_id, lot.number, lot.expires_on, line.quantity
FROM (
    SELECT product_id, lot_id, sum(quantity) FILTER (WHERE created <= %(at)s) AS quantity
    FROM stock_stocktransaction
    WHERE location_id = %(location)s AND id <= (SELECT id FROM stands)
    GROUP BY product_id, lot_id
    HAVING sum(quantity) FILTER (WHERE created <= %(at)s) <> 0
) AS line
LEFT JOIN catalog_lot lot ON lot.id = line.lot_id
ORDER BY lot.expires_on NULLS LAST, lot.number
"""  # nosec B608 # only constants of our own

STANDS = f"{WHERE_IT_STANDS} SELECT id FROM stands"  # nosec B608 # only constants of our own

Pair = tuple[int, int]


def id_before(moment: datetime) -> int:
    """Return an id up to which every line of the ledger was booked before this moment. One query."""
    return int(_rows(STANDS, limit=moment - SLACK)[0][0])


def last_id_at(moment: datetime) -> int:
    """Return an id above which every line of the ledger was booked after this moment. One query."""
    return int(_rows(STANDS, limit=moment + SLACK)[0][0])


def last_id_of(day: date) -> int:
    """Return an id above which no line happened on this day or before, wherever its warehouse is. One query."""
    ends = datetime.combine(day + timedelta(days=1), time(12), UTC)
    return int(_rows(LAST_OF_DAY, limit=ends + SLACK, day=day)[0][0])


def first_id_of(day: date) -> int:
    """Return an id up to which no line happened on this day or later, wherever its warehouse is. One query."""
    return id_before(datetime.combine(day, time(0), UTC) - timedelta(hours=14) - AHEAD)


def levels_as_of(at: datetime, *, products: Collection[int], warehouses: Collection[int]) -> dict[Pair, Decimal]:
    """Return what the books said at this moment, for each (product id, warehouse id), in the product's unit.

    0 where nothing had been booked. One query, at the same cost for every moment.
    """
    said = {(product, warehouse): Decimal(0) for product in products for warehouse in warehouses}
    return said | {pair: balance for pair, (_, balance) in newest_lines(at, products, warehouses).items()}


def newest_lines(
    at: datetime, products: Collection[int], warehouses: Collection[int]
) -> dict[Pair, tuple[int, Decimal]]:
    """Return the newest line booked by then as (id, level after it), for each (product id, warehouse id) that had one.

    One query.
    """
    rows = _rows(NEWEST_LINES, at=at, limit=at + SLACK, products=list(products), warehouses=list(warehouses))
    return {(product, warehouse): (line, balance) for product, warehouse, line, balance in rows}


@dataclass(frozen=True)
class PastPlace:
    """The level of one product in one warehouse at a moment, and the bins and lots that it lay in.

    `change` is what came and left since the moment it is compared with, None where it is compared with none.
    """

    warehouse: Warehouse
    quantity: Decimal
    parts: tuple[Part, ...]
    change: Decimal | None


def past_places(
    product: Product, warehouses: Sequence[Warehouse], *, at: datetime, since: datetime | None
) -> list[PastPlace]:
    """Return what the books said of a product at a moment, warehouse by warehouse, its parts as they would be shipped.

    Two queries, a third for `since`. What was expired is judged by the warehouse's day at that moment.
    """
    keys = {warehouse.pk: warehouse for warehouse in warehouses}
    newest = {warehouse: line for (_, warehouse), line in newest_lines(at, [product.pk], keys).items()}
    before = levels_as_of(since, products=[product.pk], warehouses=keys) if since else {}
    ends = {"warehouses": list(newest), "ends": [line for line, _ in newest.values()]}
    parts: dict[int, list[Part]] = {pk: [] for pk in keys}
    for warehouse, *held in _rows(PARTS, product=product.pk, **ends):
        parts[warehouse].append(_part(held, day_in(keys[warehouse].time_zone, at)))
    return [
        PastPlace(
            warehouse,
            level := newest.get(pk, (0, Decimal(0)))[1],
            tuple(parts[pk]),
            level - before[product.pk, pk] if since else None,
        )
        for pk, warehouse in keys.items()
    ]


def past_parts(location: Location, at: datetime) -> dict[int, list[Part]]:
    """Return what the books said lay in a bin at a moment: its lots, by product id. One query.

    The bin's warehouse comes with it (`select_related`), for its calendar day.
    """
    today = day_in(location.warehouse.time_zone, at)
    parts: dict[int, list[Part]] = {}
    for product, number, expires_on, quantity in _rows(CONTENTS, at=at, limit=at + SLACK, location=location.pk):
        held = (location.code, location.kind, number, expires_on, quantity)
        parts.setdefault(product, []).append(_part(held, today))
    return parts


def _part(held: Sequence[Any], today: date) -> Part:
    code, kind, lot, expires_on, quantity = held
    return Part(quantity, code, kind, lot or "", expires_on, expires_on is not None and expires_on < today)


def _rows(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
