"""Lots that expire: judged as they lie, by each warehouse's calendar and its tiers of days."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from alerts import services as alerts
from alerts.models import Alert
from alerts.services import Finding
from inventory_site.web.quantity import format_quantity
from stock.ledger.books import Level
from stock.ledger.sweep import in_batches, suspects
from warehouses.models import Warehouse

# Graver than any number of tiers passed.
GONE_BY = 1000
NOTICE, WARNING, CRITICAL = Alert.Severity

# Of each warehouse the days at which the state of a lot changes, rising: what is good up to before the first has
# expired, up to before the second has passed every tier, and so on; what is good from the last on has passed none.
PLACE = """
place AS MATERIALIZED (
    SELECT m.warehouse_id, jsonb_array_length(w.expiry_tiers) AS tiers,
           m.day || ARRAY(SELECT m.day + tier.days::int + 1 FROM jsonb_array_elements_text(w.expiry_tiers) tier (days)
                           ORDER BY tier.days::int) AS turns
      FROM stock_sweepmark m JOIN warehouses_warehouse w ON w.id = m.warehouse_id
)
"""
RANK = f"""
CASE width_bucket(lot.expires_on, place.turns) WHEN 0 THEN {GONE_BY}
     ELSE place.tiers + 1 - width_bucket(lot.expires_on, place.turns) END
"""

# The last tier is worth a warning, those before it a notice.
SEVERITY = f"CASE rank WHEN {GONE_BY} THEN {CRITICAL.value} WHEN tiers THEN {WARNING.value} ELSE {NOTICE.value} END"

# Lots whose state and incident disagree. The first condition leaves out most lots before their holdings are looked for.
# Scans and hashes: about a second at a million holdings, whatever share of them expires; an index would save nothing.
SUSPECTS = f"""
WITH {PLACE}, wanted AS (
    SELECT i.product_id, i.warehouse_id, h.lot_id, {RANK} AS rank, place.tiers
      FROM catalog_lot lot
      JOIN stock_holding h ON h.lot_id = lot.id
      JOIN stock_inventory i ON i.id = h.inventory_id
      JOIN place ON place.warehouse_id = i.warehouse_id
     WHERE lot.expires_on < (SELECT max(turns[cardinality(turns)]) FROM place)
       AND lot.expires_on < place.turns[cardinality(place.turns)] AND h.quantity > 0
), judged AS (
    SELECT *, {SEVERITY} AS severity FROM wanted
), live AS (
    SELECT product_id, warehouse_id, lot_id, rank, severity FROM alerts_alert WHERE cause = 'expiry' AND standing
)
SELECT DISTINCT coalesce(w.product_id, a.product_id), coalesce(w.warehouse_id, a.warehouse_id),
       coalesce(w.lot_id, a.lot_id)
  FROM judged w FULL JOIN live a ON a.warehouse_id = w.warehouse_id AND a.lot_id = w.lot_id
 WHERE (w.rank, w.severity) IS DISTINCT FROM (a.rank, a.severity)
 ORDER BY 1, 2, 3
"""  # nosec B608 # only texts of our own

LOCK = """
SELECT FROM stock_inventory i
 WHERE (i.product_id, i.warehouse_id) IN (SELECT * FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[]))
 ORDER BY i.product_id, i.warehouse_id
   FOR NO KEY UPDATE
"""

# A statement of its own: it must see what was committed while the locks were waited for.
JUDGE = f"""
WITH {PLACE}, judged AS (
SELECT asked.product_id, asked.warehouse_id, asked.lot_id, p.sku, p.name, u.code, lot.number, lot.expires_on,
       lying.quantity, place.tiers,
       CASE WHEN lying.quantity > 0 AND lot.expires_on < place.turns[cardinality(place.turns)] THEN {RANK}
            ELSE 0 END AS rank
  FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[], %(lots)s::bigint[])
       AS asked (product_id, warehouse_id, lot_id)
  JOIN place ON place.warehouse_id = asked.warehouse_id
  JOIN catalog_lot lot ON lot.id = asked.lot_id
  JOIN catalog_product p ON p.id = asked.product_id
  JOIN catalog_unit u ON u.id = p.unit_id
 CROSS JOIN LATERAL (
    SELECT sum(h.quantity) AS quantity FROM stock_holding h JOIN stock_inventory i ON i.id = h.inventory_id
     WHERE i.product_id = asked.product_id AND i.warehouse_id = asked.warehouse_id AND h.lot_id = lot.id
 ) lying
)
SELECT *, {SEVERITY} FROM judged
"""  # nosec B608 # only texts of our own


class LotRow(NamedTuple):
    """One lot in one warehouse, as it lies under the lock of its level; `rank` 0 where there is nothing to tell."""

    product_id: int
    warehouse_id: int
    lot_id: int
    sku: str
    name: str
    unit: str
    lot: str
    expires_on: date
    quantity: Decimal
    tiers: int
    rank: int
    severity: int


def judge_lots(*, at: datetime) -> int:
    """Bring alerts in line with the lots as they lie, by the day that each warehouse is at (`SweepMark`).

    One statement finds the few that have changed; their levels are locked in the ledger's order. Returns how many lots
    were looked at. A receipt of a lot that expires already is found here, within minutes, and so are edited tiers.
    """
    warehouses = Warehouse.objects.in_bulk()
    return in_batches(suspects(SUSPECTS), lambda rows: _judge(rows, warehouses, at))


def _judge(rows: Sequence[tuple[Any, ...]], warehouses: dict[int, Warehouse], at: datetime) -> None:
    products, places, lots = (list(column) for column in zip(*rows, strict=True))
    asked: dict[str, Any] = {"products": products, "warehouses": places, "lots": lots}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, asked)
        cursor.execute(JUDGE, asked)
        found = [LotRow(*row) for row in cursor.fetchall()]
    alerts.observe([_finding(row, warehouses[row.warehouse_id]) for row in found], now=at)


def _finding(row: LotRow, warehouse: Warehouse) -> Finding:
    if not row.rank:
        return _gone(row.product_id, warehouse, row.lot_id)
    return Finding(
        cause=Alert.Cause.EXPIRY,
        type=Alert.Type.EXPIRED if row.rank == GONE_BY else Alert.Type.EXPIRING,
        product_id=row.product_id,
        warehouse=warehouse,
        lot_id=row.lot_id,
        severity=Alert.Severity(row.severity),
        rank=row.rank,
        facts={
            "sku": row.sku,
            "name": row.name,
            "unit": row.unit,
            "quantity": format_quantity(row.quantity),
            "lot": row.lot,
            "expires": row.expires_on.isoformat(),
            "warehouse": warehouse.code,
            "warehouse_name": warehouse.name,
        },
    )


def _gone(product_id: int, warehouse: Warehouse, lot_id: int) -> Finding:
    return Finding(
        cause=Alert.Cause.EXPIRY, type=None, product_id=product_id, warehouse=warehouse, lot_id=lot_id, facts={}
    )


def emptied(levels: Iterable[Level], today: dict[int, date]) -> Iterator[Finding]:
    """Yield the lots that somebody may have been told of, and of which this operation has taken the last piece.

    The locked books know it, so an operation that takes no such last piece asks nothing. What it misses (an incident
    of tiers that were edited since) the sweep resolves.
    """
    for level in levels:
        furthest = today[level.warehouse.pk] + timedelta(days=max(level.warehouse.expiry_tiers, default=-1))
        left = {part.lot_id for part in level.parts if part.quantity}
        ended = {
            part.lot_id: part
            for part in level.parts
            if part.changed and part.lot_id not in left and part.expires_on and part.expires_on <= furthest
        }
        yield from (_gone(level.product.id, level.warehouse, lot_id) for lot_id in sorted(filter(None, ended)))
