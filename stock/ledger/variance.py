"""Counts that wait for review and differ from the books by more than the tolerance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from alerts import services as alerts
from alerts.models import Alert
from alerts.services import Finding
from inventory_site.web.quantity import format_quantity
from stock.ledger.sweep import in_batches, suspects
from stock.models import Count, CountLine
from warehouses.models import Warehouse

# As `CountLine.is_beyond`: at all, where nothing was expected.
BEYOND = """
SELECT count(*) FROM stock_countline l
 WHERE l.count_id = c.id AND l.counted <> l.expected
   AND (l.expected = 0 OR abs(l.counted - l.expected) * 100 > w.count_tolerance * l.expected)
"""
STANDS = """
EXISTS (SELECT FROM alerts_alert a WHERE a.cause = 'variance' AND a.product_id IS NULL AND a.lot_id IS NULL
           AND a.warehouse_id = c.warehouse_id AND a.subject = 'count:' || c.id AND a.standing)
"""

# While a count that was told of is counted anew its incident stays: what is found now decides.
SUSPECTS = f"""
WITH reviewed AS (
    SELECT c.id FROM stock_count c JOIN warehouses_warehouse w ON w.id = c.warehouse_id
     WHERE c.state = 'review' AND ({BEYOND}) > 0
), live AS (
    SELECT split_part(subject, ':', 2)::bigint AS id FROM alerts_alert WHERE cause = 'variance' AND standing
)
SELECT c.id
  FROM reviewed FULL JOIN live ON live.id = reviewed.id
  JOIN stock_count c ON c.id = coalesce(reviewed.id, live.id)
 WHERE (reviewed.id IS NULL OR live.id IS NULL) AND c.state <> 'open'
 ORDER BY 1
"""  # nosec B608 # only texts of our own

LOCK = "SELECT FROM stock_count WHERE id = ANY(%(counts)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"

JUDGE = f"""
SELECT c.id, c.warehouse_id, c.state, ({BEYOND})
  FROM stock_count c JOIN warehouses_warehouse w ON w.id = c.warehouse_id
 WHERE c.id = ANY(%(counts)s::bigint[])
"""  # nosec B608 # only texts of our own


def judge_counts(*, at: datetime) -> int:
    """Bring alerts in line with the counts in review; return how many were looked at. Locks them by id."""
    warehouses = Warehouse.objects.in_bulk()
    return in_batches(suspects(SUSPECTS), lambda rows: _judge(rows, warehouses, at))


def _judge(rows: Sequence[tuple[Any, ...]], warehouses: dict[int, Warehouse], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"counts": [pk for (pk,) in rows]})
        cursor.execute(JUDGE, {"counts": [pk for (pk,) in rows]})
        found = [
            (Count(pk=pk, warehouse=warehouses[place], state=state), beyond)
            for pk, place, state, beyond in cursor.fetchall()
        ]
    alerts.observe([finding for count, beyond in found for finding in of_count(count, beyond, stands=True)], now=at)


def of_count(count: Count, beyond: int, *, stands: bool) -> list[Finding]:
    """Return what a count says in its state, with so many lines beyond the tolerance (the warehouse's in force).

    Nothing while it is being counted, and that all is well only where an incident stands.
    """
    if count.state == Count.State.OPEN:
        return []
    if count.state == Count.State.REVIEW and beyond:
        facts = {
            "count": str(count),
            "lines": str(beyond),
            "tolerance": format_quantity(count.warehouse.count_tolerance),
            "warehouse": count.warehouse.code,
            "warehouse_name": count.warehouse.name,
        }
        return [_finding(count, facts)]
    return [_finding(count, None)] if stands else []


def reviewed(count: Count, lines: Sequence[CountLine]) -> list[Finding]:
    """Say of a count that is being posted that its incident ends, where one of these lines has made one; else nothing.

    What this misses (the tolerance was edited since) the sweep resolves.
    """
    told = any(line.is_beyond(count.warehouse.count_tolerance) for line in lines)
    return [_finding(count, None)] if told else []


def _finding(count: Count, facts: dict[str, str] | None) -> Finding:
    return Finding(
        cause=Alert.Cause.VARIANCE,
        type=Alert.Type.VARIANCE if facts else None,
        warehouse=count.warehouse,
        subject=f"count:{count.pk}",
        facts=facts or {},
    )
