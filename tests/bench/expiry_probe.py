"""What the probe does for the figure of the expiry sweep; imported by it, once Django is set up."""

import time

from django.db import connection, transaction
from django.utils import timezone

from stock.ledger.expiry import GONE_BY, PLACE, RANK, SEVERITY, judge_lots
from stock.services.sweep import turn_days

EXPIRING = "SELECT count(*) FROM stock_holding h JOIN catalog_lot t ON t.id = h.lot_id WHERE t.expires_on IS NOT NULL"
# Lots of every product, their last good days spread over a year, and one holding of each in every warehouse.
LOTS = """
    INSERT INTO catalog_lot (product_id, number, expires_on)
    SELECT product_id, 'BENCH-' || n, current_date + ((product_id * 7 + n * 31) %% 365)::int - 30
    FROM (SELECT DISTINCT product_id FROM stock_inventory) AS stocked, generate_series(1, %s) AS n
"""
HOLDINGS = """
    INSERT INTO stock_holding (inventory_id, location_id, lot_id, quantity)
    SELECT i.id, bin.id, lot.id, 1
    FROM stock_inventory i
    JOIN warehouses_location bin ON bin.warehouse_id = i.warehouse_id AND bin.is_default
    JOIN catalog_lot lot ON lot.product_id = i.product_id AND lot.number LIKE 'BENCH-%%'
    LIMIT %s
"""
# What the mornings before have told of.
FORGET = """
    UPDATE alerts_alert SET standing = false, status = 'resolved', resolved = now() WHERE cause = 'expiry' AND standing
"""
INCIDENTS = f"""
    WITH {PLACE}
    INSERT INTO alerts_alert (cause, type, product_id, warehouse_id, lot_id, subject, facts, severity, rank, told_rank,
                              told_count, standing, status, resolution)
    SELECT 'expiry', CASE WHEN rank = {GONE_BY} THEN 'expired' ELSE 'expiring' END, product_id, warehouse_id, lot_id,
           '', '{{}}', {SEVERITY}, rank, rank, 1, true, 'open', ''
    FROM (
        SELECT DISTINCT i.product_id, i.warehouse_id, h.lot_id, {RANK} AS rank, place.tiers
        FROM stock_holding h
        JOIN stock_inventory i ON i.id = h.inventory_id
        JOIN catalog_lot lot ON lot.id = h.lot_id
        JOIN place ON place.warehouse_id = i.warehouse_id
        WHERE lot.expires_on < place.turns[cardinality(place.turns)]
    ) AS told
"""
MOVED = """
    UPDATE catalog_lot SET expires_on = current_date - 40
    WHERE id IN (SELECT id FROM catalog_lot WHERE expires_on > current_date + 60 ORDER BY id LIMIT %s)
"""


def expiry_sweep(holdings, lots_a_product, changed):
    """Return the seconds of a turn that finds this many lots changed and of one that finds none, and the rows there.

    All of it is undone at the end, for what is added breaks the laws of the ledger.
    """
    now = timezone.now()
    turn_days(at=now)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        rows = fill(cursor, holdings, lots_a_product)
        cursor.execute(FORGET)
        cursor.execute(INCIDENTS)
        told = cursor.rowcount
        cursor.execute(MOVED, [changed])
        cursor.execute("ANALYZE alerts_alert, catalog_lot, stock_holding")
        times, found = [], []
        for _ in range(2):
            started = time.monotonic()
            found.append(judge_lots(at=now))
            times.append(time.monotonic() - started)
        transaction.set_rollback(True)
    return times, found, rows, told


def fill(cursor, holdings, lots_a_product):
    """Add holdings of lots that expire until there are so many; return how many there are."""
    cursor.execute(EXPIRING)
    [rows] = cursor.fetchone()
    if rows < holdings:
        cursor.execute("ALTER TABLE stock_holding DISABLE TRIGGER USER")
        cursor.execute(LOTS, [lots_a_product])
        cursor.execute(HOLDINGS, [holdings - rows])
        cursor.execute(EXPIRING)
        [rows] = cursor.fetchone()
    return rows


EXPIRY_CALLS = (expiry_sweep,)
