"""Judging levels as they stand: for thresholds that were edited, and whatever a crossing missed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, transaction

from alerts import services as alerts
from stock.ledger.books import Level, ProductRow
from stock.ledger.crossing import standing
from warehouses.models import Warehouse

BATCH = 200

# Levels whose state and alert disagree, and those whose alert stands while the state is good (the margin decides).
SUSPECTS = """
WITH judged AS (
    SELECT i.id, i.product_id, i.warehouse_id, i.quantity,
           CASE WHEN p.status = 'active' THEN coalesce(i.low_threshold, p.low_threshold) END AS low,
           CASE WHEN p.status = 'active' THEN coalesce(i.high_threshold, p.high_threshold) END AS high
      FROM stock_inventory i JOIN catalog_product p ON p.id = i.product_id
), wanted AS (
    SELECT id, product_id, warehouse_id, 'shortage' AS cause,
           CASE WHEN quantity = 0 AND low IS NOT NULL THEN 'out' WHEN quantity <= low THEN 'low' END AS type FROM judged
    UNION ALL
    SELECT id, product_id, warehouse_id, 'overstock', CASE WHEN quantity > high THEN 'overstock' END FROM judged
)
SELECT DISTINCT w.product_id, w.warehouse_id, w.id
  FROM wanted w
  LEFT JOIN alerts_alert a ON a.product_id = w.product_id AND a.warehouse_id = w.warehouse_id AND a.cause = w.cause
                          AND a.standing
 WHERE w.type IS DISTINCT FROM a.type
 ORDER BY w.product_id, w.warehouse_id
"""

LOCK = """
SELECT i.id, i.quantity, i.low_threshold, i.high_threshold, i.version, i.warehouse_id,
       p.id, p.sku, p.name, p.status, p.tracks_lots, p.low_threshold, p.high_threshold, u.code, u.decimals
  FROM stock_inventory i
  JOIN catalog_product p ON p.id = i.product_id
  JOIN catalog_unit u ON u.id = p.unit_id
 WHERE i.id = ANY(%(levels)s)
 ORDER BY i.product_id, i.warehouse_id
   FOR NO KEY UPDATE OF i
"""


def suspects(statement: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Return what this statement finds; it may take its time, and locks nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5min'")
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def in_batches(rows: Sequence[tuple[Any, ...]], judge: Callable[[Sequence[tuple[Any, ...]]], None]) -> int:
    """Judge the rows in transactions of 200, so that no booking waits long; return how many there were."""
    for start in range(0, len(rows), BATCH):
        with transaction.atomic():
            judge(rows[start : start + BATCH])
    return len(rows)


def judge_levels() -> int:
    """Bring alerts in line with the levels and thresholds as they stand; return how many levels were looked at.

    The levels of a batch are locked in the ledger's order.
    """
    warehouses = Warehouse.objects.in_bulk()
    return in_batches(suspects(SUSPECTS), lambda rows: _judge([row[2] for row in rows], warehouses))


def _judge(ids: Sequence[int], warehouses: dict[int, Warehouse]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"levels": list(ids)})
        rows = cursor.fetchall()
        cursor.execute("SELECT statement_timestamp()")
        [now] = cursor.fetchone()
    levels = [
        Level(id_, ProductRow(*product), warehouses[warehouse], quantity, low, high, version, before=quantity)
        for id_, quantity, low, high, version, warehouse, *product in rows
    ]
    alerts.observe([finding for level in levels for finding in standing(level)], now=now)
