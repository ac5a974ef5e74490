"""Blind counts at the ledger: their locks, and the set-based SQL that reads what lies there and writes what was found.

A count's own order of locks is: the key of a submission (insert), the count, then as for every operation new lots,
products, bins with their warehouses, and Inventory. Posting and undoing lock the count before they claim the keys of
its operations, which are made from theirs; nobody else holds one of those keys and waits for the count.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from alerts import services as alerts
from stock.errors import KeyReused
from stock.ledger import locks, variance
from stock.ledger.books import LocationRow, ProductRow
from stock.ledger.lots import LotRow, WantedLot, find_or_add_lots
from stock.models import Count, CountSubmission
from warehouses.models import Warehouse

# Lines are numbered in the order in which a person walks.
ADD_LINES = """
INSERT INTO stock_countline (count_id, product_id, location_id, lot_id, countings)
SELECT %(count)s, i.product_id, h.location_id, h.lot_id, 0
  FROM stock_holding h
  JOIN stock_inventory i ON i.id = h.inventory_id
  JOIN catalog_product p ON p.id = i.product_id
  JOIN warehouses_location l ON l.id = h.location_id
  LEFT JOIN catalog_lot t ON t.id = h.lot_id
 WHERE i.warehouse_id = %(warehouse)s AND h.quantity > 0
   AND CASE %(scope)s WHEN 'bins' THEN h.location_id = ANY(%(locations)s::bigint[])
                      WHEN 'category' THEN p.category_id = %(category)s
                      ELSE i.product_id = ANY(%(products)s::bigint[]) END
 ORDER BY l.code, p.sku_key, t.expires_on NULLS LAST, t.number
"""

# The bins that were asked for, empty ones too, and those in which something lies that was asked for.
ADD_BINS = """
INSERT INTO stock_countbin (count_id, location_id)
SELECT %(count)s, l.id
  FROM warehouses_location l
 WHERE l.id = ANY(%(locations)s::bigint[])
    OR l.id IN (SELECT location_id FROM stock_countline WHERE count_id = %(count)s)
 ORDER BY l.code
ON CONFLICT DO NOTHING
"""

CLAIM = """
INSERT INTO stock_countsubmission (key, count_id, by_id, at, device, digest)
SELECT %(key)s, %(count)s, %(by)s,
       CASE WHEN %(at)s::timestamptz BETWEEN statement_timestamp() - interval '7 days'
                                         AND statement_timestamp() + interval '5 minutes'
            THEN %(at)s::timestamptz ELSE statement_timestamp() END, %(device)s, %(digest)s
ON CONFLICT DO NOTHING
RETURNING at
"""

# The newest ledger row of each level: its place in the ledger, read under its lock.
PLACES = """
SELECT wanted.product_id, newest.id
  FROM unnest(%(products)s::bigint[]) AS wanted (product_id),
       LATERAL (SELECT t.id FROM stock_stocktransaction t
                 WHERE t.product_id = wanted.product_id AND t.warehouse_id = %(warehouse)s
                 ORDER BY t.id DESC LIMIT 1) newest
"""

# The last word on a line is the newest; each finding is kept beside it.
WRITE_FOUND = """
WITH found AS (
    SELECT * FROM unnest(%(product)s::bigint[], %(location)s::bigint[], %(lot)s::bigint[], %(counted)s::numeric[],
                         %(expected)s::numeric[], %(place)s::bigint[])
             WITH ORDINALITY AS f (product_id, location_id, lot_id, counted, expected, place, nth)
), line AS (
    INSERT INTO stock_countline AS l
        (count_id, product_id, location_id, lot_id, counted, expected, place, countings, by_id, at)
    SELECT %(count)s, product_id, location_id, lot_id, counted, expected, place, 1, %(by)s, %(at)s
      FROM found ORDER BY nth
    ON CONFLICT ON CONSTRAINT count_line_one_per_bin_product_and_lot DO UPDATE
       SET counted = excluded.counted, expected = excluded.expected, place = excluded.place,
           countings = l.countings + 1, by_id = excluded.by_id, at = excluded.at
    RETURNING l.id, l.counted, l.expected, l.place
)
INSERT INTO stock_countentry (submission_id, line_id, counted, expected, place)
SELECT %(submission)s, id, counted, expected, place FROM line ORDER BY id
"""

FINISH_BINS = """
INSERT INTO stock_countbin AS b (count_id, location_id, finished, finished_by_id)
SELECT %(count)s, l.id, CASE WHEN l.id = ANY(%(finished)s::bigint[]) THEN statement_timestamp() END,
       CASE WHEN l.id = ANY(%(finished)s::bigint[]) THEN %(by)s::bigint END
  FROM warehouses_location l
 WHERE l.id = ANY(%(locations)s::bigint[])
 ORDER BY l.code
ON CONFLICT ON CONSTRAINT count_bin_once_a_count DO UPDATE
   SET finished = coalesce(excluded.finished, b.finished),
       finished_by_id = coalesce(excluded.finished_by_id, b.finished_by_id)
"""

# It waits for review once every bin is finished and every line has its figures.
SETTLE = f"""
UPDATE stock_count c
   SET version = c.version + 1,
       state = CASE WHEN EXISTS (SELECT FROM stock_countbin b WHERE b.count_id = c.id AND b.finished IS NULL)
                      OR EXISTS (SELECT FROM stock_countline l WHERE l.count_id = c.id AND l.counted IS NULL)
                    THEN 'open' ELSE 'review' END
  FROM warehouses_warehouse w
 WHERE c.id = %(count)s AND w.id = c.warehouse_id
RETURNING c.state, ({variance.BEYOND}), {variance.STANDS}, statement_timestamp()
"""  # nosec B608 # only texts of our own

CANCEL = f"""
UPDATE stock_count c SET state = 'cancelled', version = c.version + 1 WHERE c.id = %(count)s
RETURNING c.state, c.version, {variance.STANDS}, statement_timestamp()
"""  # nosec B608 # only texts of our own

SEND_BACK = """
WITH line AS (
    UPDATE stock_countline SET counted = NULL, expected = NULL, place = NULL
     WHERE count_id = %(count)s AND id = ANY(%(lines)s::bigint[])
    RETURNING location_id
)
UPDATE stock_countbin SET finished = NULL, finished_by_id = NULL
 WHERE count_id = %(count)s AND location_id IN (SELECT location_id FROM line)
"""

# Right at the first counting: what the oldest entry of a line found was what was expected then.
POSTED = """
WITH line AS (
    SELECT l.product_id, l.at, abs(l.counted - l.expected) * p.unit_cost AS off,
           (SELECT e.counted = e.expected FROM stock_countentry e WHERE e.line_id = l.id ORDER BY e.id LIMIT 1) AS good
      FROM stock_countline l JOIN catalog_product p ON p.id = l.product_id
     WHERE l.count_id = %(count)s
), seen AS (
    UPDATE stock_inventory i SET last_counted = greatest(i.last_counted, counted.at)
      FROM (SELECT product_id, max(at) AS at FROM line GROUP BY product_id) counted
     WHERE i.product_id = counted.product_id AND i.warehouse_id = %(warehouse)s
)
UPDATE stock_count
   SET state = 'posted', posted = statement_timestamp(), posted_by_id = %(by)s, post_key = %(key)s,
       version = version + 1,
       lines_counted = (SELECT count(*) FROM line), lines_right = (SELECT count(*) FROM line WHERE good),
       value_off = (SELECT coalesce(sum(off), 0) FROM line)
 WHERE id = %(count)s
"""

# What another count, which still stands, booked where a line of this one lies, after that line was counted.
PUT_RIGHT_SINCE = """
SELECT line.id, max(booked.count_id)
  FROM stock_countline line
  JOIN stock_stocktransaction t
    ON t.product_id = line.product_id AND t.warehouse_id = %(warehouse)s AND t.id > coalesce(line.place, 0)
   AND t.location_id = line.location_id AND t.lot_id IS NOT DISTINCT FROM line.lot_id AND t.type = 'adjust'
  JOIN stock_operation booked ON booked.key = t.operation_id AND booked.kind = 'count'
  JOIN stock_count other ON other.id = booked.count_id AND other.state = 'posted'
 WHERE line.count_id = %(count)s AND other.id <> %(count)s
 GROUP BY line.id
"""

# A count that was undone says nothing any more about when its products were counted: the one before it does.
UNDONE = """
WITH counted AS (
    SELECT DISTINCT product_id FROM stock_countline WHERE count_id = %(count)s
), seen AS (
    UPDATE stock_inventory i
       SET last_counted = (SELECT max(l.at) FROM stock_countline l JOIN stock_count c ON c.id = l.count_id
                            WHERE l.product_id = i.product_id AND c.warehouse_id = i.warehouse_id
                              AND c.state = 'posted' AND c.id <> %(count)s)
      FROM counted
     WHERE i.product_id = counted.product_id AND i.warehouse_id = %(warehouse)s
)
UPDATE stock_count SET state = 'undone', version = version + 1 WHERE id = %(count)s
"""


class Spot(NamedTuple):
    """Where a line is counted: a product in a bin, of a lot or none."""

    product_id: int
    location_id: int
    lot_id: int | None


@dataclass(frozen=True)
class Shelf:
    """What lies where, read under the locks of the levels: nobody books these products before the transaction ends.

    `held` is in the product's unit and names only what lies there; `places` is the newest ledger row of each level.
    """

    products: dict[int, ProductRow]
    locations: dict[int, LocationRow]
    lots: dict[tuple[int, str], LotRow]
    held: dict[Spot, Decimal]
    places: dict[int, int]


class Finding(NamedTuple):
    """So much was found at a spot, and so much lay there by the books."""

    spot: Spot
    counted: Decimal
    expected: Decimal
    place: int | None


def hold(count: Count) -> Count:
    """Lock the count (FOR NO KEY UPDATE) and return it as it stands."""
    return Count.objects.select_for_update(no_key=True, of=("self",)).select_related("warehouse").get(pk=count.pk)


def add_lines(count: Count, *, locations: Collection[int], products: Collection[int]) -> int:
    """Make the lines of a new count from what lies there now, and its bins; return how many lines. Two statements."""
    values: dict[str, Any] = {
        "count": count.pk,
        "warehouse": count.warehouse_id,
        "scope": count.scope,
        "category": count.category_id,
        "locations": sorted(locations),
        "products": sorted(products),
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_LINES, values)
        lines: int = cursor.rowcount
        cursor.execute(ADD_BINS, values)
    return lines


def claim(submission: CountSubmission) -> CountSubmission:
    """Insert a submission under its key, or return the one that was kept under it before (`replayed` is set).

    Raises KeyReused where that one held something else.
    """
    names = {"key": "key", "count": "count_id", "by": "by_id", "at": "at", "device": "device", "digest": "digest"}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {name: getattr(submission, attribute) for name, attribute in names.items()})
        row = cursor.fetchone()
    if row is not None:
        submission.at = row[0]
        return submission
    known = CountSubmission.objects.get(pk=submission.key)
    if known.digest != submission.digest:
        raise KeyReused
    known.replayed = True
    return known


def look(
    warehouse: Warehouse, products: Iterable[int], locations: Iterable[int], lots: Collection[WantedLot] = ()
) -> Shelf:
    """Lock products, bins and levels in the ledger's order, levels that are missing made first, and read them.

    At most four statements, whatever the number of products. What lies there, and PLACES, is what was committed while
    the locks were waited for.
    """
    ids = sorted(set(products))
    known_lots = find_or_add_lots(lots)
    held = locks.hold(
        ids, locations, [warehouse.pk], levels=[(pk, warehouse.pk) for pk in ids], adding_to=[warehouse.pk]
    )
    lying = {
        Spot(level.product_id, part.location_id, part.lot_id): part.quantity
        for level in held.levels
        for part in level.parts
    }
    with connection.cursor() as cursor:
        cursor.execute(PLACES, {"products": ids, "warehouse": warehouse.pk})
        places = dict(cursor.fetchall())
    return Shelf(held.products, held.locations, known_lots, lying, places)


def record(submission: CountSubmission, findings: Sequence[Finding], *, finished: Collection[int]) -> None:
    """Write what one submission found, and which bins are finished by it. Two statements."""
    places = {finding.spot.location_id for finding in findings} | set(finished)
    values: dict[str, Any] = {
        "count": submission.count_id,
        "submission": submission.key,
        "by": submission.by_id,
        "at": submission.at,
        "product": [finding.spot.product_id for finding in findings],
        "location": [finding.spot.location_id for finding in findings],
        "lot": [finding.spot.lot_id for finding in findings],
        "counted": [finding.counted for finding in findings],
        "expected": [finding.expected for finding in findings],
        "place": [finding.place for finding in findings],
        "finished": sorted(finished),
        "locations": sorted(places),
    }
    with connection.cursor() as cursor:
        if findings:
            cursor.execute(WRITE_FOUND, values)
        cursor.execute(FINISH_BINS, values)


def settle(count: Count) -> None:
    """Let the count wait for review where nothing is left to count, else be counted; its version rises.

    A difference beyond the tolerance reaches the alerts once it waits for review, and so does its end. One statement,
    and at most three for the alerts.
    """
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"count": count.pk})
        count.state, beyond, stands, now = cursor.fetchone()
    alerts.observe(variance.of_count(count, beyond, stands=stands), now=now)


def cancel(count: Count) -> None:
    """End a locked count without a word about the stock; its incident ends with it."""
    with connection.cursor() as cursor:
        cursor.execute(CANCEL, {"count": count.pk})
        count.state, count.version, stands, now = cursor.fetchone()
    alerts.observe(variance.of_count(count, 0, stands=stands), now=now)


def send_back(count: Count, lines: Collection[int]) -> None:
    """Take the figures off these lines, so that they are counted anew; what was found stays in their entries."""
    _execute(SEND_BACK, count, lines=sorted(lines))


def close(count: Count, *, by: int, key: UUID) -> None:
    """Say that the count is posted, keep its accuracy, and tell its levels when they were counted. One statement.

    The levels are locked already.
    """
    _execute(POSTED, count, by=by, key=key)


def put_right_since(count: Count) -> dict[int, int]:
    """Return the lines, by id, that another count has put right since they were counted here: the newest such count.

    The levels are locked already. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(PUT_RIGHT_SINCE, {"count": count.pk, "warehouse": count.warehouse_id})
        return dict(cursor.fetchall())


def mark_undone(count: Count) -> None:
    """Say that the count is undone; its levels get back when they were counted before. One statement."""
    _execute(UNDONE, count)


def digest(*parts: object) -> str:
    """SHA-256 of what was asked for, as plain values."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def _execute(statement: str, count: Count, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"count": count.pk, "warehouse": count.warehouse_id, **values})
