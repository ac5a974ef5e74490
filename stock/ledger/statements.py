"""The SQL of the ledger: each statement is set-based, so their number does not grow with the lines."""

# Two things conflict: the key, and a reversal of what is reversed already.
CLAIM_KEY = """
INSERT INTO stock_operation
    (key, kind, warehouse_id, reference, reason_id, note, by_id, at, clock_corrected, device, address, reverses_id,
     transfer_id, count_id, lot_reason, digest)
SELECT %(key)s, %(kind)s, %(warehouse_id)s, %(reference)s, %(reason_id)s, %(note)s, %(by_id)s,
       CASE WHEN credible THEN %(at)s::timestamptz ELSE statement_timestamp() END, NOT credible,
       %(device)s, %(address)s::inet, %(reverses_id)s::uuid,
       %(transfer_id)s::bigint, %(count_id)s::bigint, %(lot_reason)s, %(digest)s
  FROM (SELECT %(at)s::timestamptz BETWEEN statement_timestamp() - interval '7 days'
                                       AND statement_timestamp() + interval '5 minutes') AS clock (credible)
ON CONFLICT DO NOTHING
RETURNING at, clock_corrected, created
"""

LOCK_PRODUCTS = """
SELECT p.id, p.sku, p.name, p.status, p.tracks_lots, p.low_threshold, p.high_threshold, u.code, u.decimals
  FROM catalog_product p JOIN catalog_unit u ON u.id = p.unit_id
 WHERE p.id = ANY(%(products)s)
 ORDER BY p.id
   FOR KEY SHARE OF p
"""

# The default bins come along: goods go there when nobody names a bin.
LOCK_LOCATIONS = """
SELECT l.id, l.warehouse_id, l.code, l.kind, l.status, l.is_default, w.status
  FROM warehouses_location l JOIN warehouses_warehouse w ON w.id = l.warehouse_id
 WHERE l.id = ANY(%(locations)s) OR (l.warehouse_id = ANY(%(warehouses)s) AND l.is_default)
 ORDER BY l.id
   FOR KEY SHARE OF l, w
"""

ADD_MISSING_LEVELS = """
INSERT INTO stock_inventory (product_id, warehouse_id)
SELECT product_id, warehouse_id
  FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[]) AS wanted (product_id, warehouse_id)
 WHERE NOT EXISTS (SELECT FROM stock_inventory i
                    WHERE i.product_id = wanted.product_id AND i.warehouse_id = wanted.warehouse_id)
 ORDER BY product_id, warehouse_id
ON CONFLICT DO NOTHING
"""

LOCK_LEVELS = """
SELECT i.id, i.product_id, i.warehouse_id, i.quantity, i.low_threshold, i.high_threshold, i.version
  FROM stock_inventory i
 WHERE (i.product_id, i.warehouse_id) IN (SELECT * FROM unnest(%(products)s::bigint[], %(warehouses)s::bigint[]))
 ORDER BY i.product_id, i.warehouse_id
   FOR NO KEY UPDATE OF i
"""

# A statement of its own: it must see what was committed while the lock was waited for. The order is FEFO.
READ_PARTS = """
SELECT h.inventory_id, h.id, h.location_id, l.code, l.kind, h.lot_id, coalesce(t.number, ''), t.expires_on, h.quantity
  FROM stock_holding h
  JOIN warehouses_location l ON l.id = h.location_id
  LEFT JOIN catalog_lot t ON t.id = h.lot_id
 WHERE h.inventory_id = ANY(%(levels)s)
 ORDER BY t.expires_on NULLS LAST, t.number, l.code, h.id
"""

# Ledger rows get their ids in the order of `place`, under the locks of their levels.
WRITE = """
WITH entries AS (
    INSERT INTO stock_stocktransaction
        (operation_id, product_id, warehouse_id, location_id, lot_id, type, quantity, balance_after, occurred_on)
    SELECT %(key)s, product_id, warehouse_id, location_id, lot_id, type, quantity, balance_after, occurred_on
      FROM unnest(%(e_product)s::bigint[], %(e_warehouse)s::bigint[], %(e_location)s::bigint[], %(e_lot)s::bigint[],
                  %(e_type)s::text[], %(e_quantity)s::numeric[], %(e_balance)s::numeric[], %(e_day)s::date[])
           WITH ORDINALITY AS e (product_id, warehouse_id, location_id, lot_id, type, quantity, balance_after,
                                 occurred_on, place)
     ORDER BY place
), levels AS (
    UPDATE stock_inventory i
       SET quantity = n.quantity, version = i.version + 1, updated = statement_timestamp(),
           last_out = CASE WHEN n.shipped THEN greatest(i.last_out, %(at)s) ELSE i.last_out END
      FROM unnest(%(l_id)s::bigint[], %(l_quantity)s::numeric[], %(l_shipped)s::boolean[]) AS n (id, quantity, shipped)
     WHERE i.id = n.id
), emptied AS (
    DELETE FROM stock_holding WHERE id = ANY(%(emptied)s::bigint[])
)
INSERT INTO stock_holding (inventory_id, location_id, lot_id, quantity)
SELECT * FROM unnest(%(h_level)s::bigint[], %(h_location)s::bigint[], %(h_lot)s::bigint[], %(h_quantity)s::numeric[])
ON CONFLICT ON CONSTRAINT holding_one_per_inventory_bin_and_lot DO UPDATE SET quantity = excluded.quantity
"""

WRITE_THRESHOLDS = """
UPDATE stock_inventory i
   SET low_threshold = n.low, high_threshold = n.high, version = i.version + 1
  FROM unnest(%(levels)s::bigint[], %(lows)s::numeric[], %(highs)s::numeric[]) AS n (id, low, high)
 WHERE i.id = n.id
"""
