"""The SQL of the ledger: each statement is set-based, so their number does not grow with the lines."""

# Two things conflict: the key, and a reversal of what is reversed already. What the transaction asks after this is
# planned once a connection: to plan for the number of its lines costs more each time than it saves.
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
RETURNING at, clock_corrected, created, set_config('plan_cache_mode', 'force_generic_plan', true)
"""

# Locks and reads in the one order of locks: products, bins, levels (made where they are missing), holdings.
HOLD = """
SELECT stock_hold(%(products)s::bigint[], %(locations)s::bigint[], %(warehouses)s::bigint[],
                  %(level_products)s::bigint[], %(level_warehouses)s::bigint[], %(adding_to)s::bigint[])::text
"""

# Ledger rows get their ids in the order of the entries, under the locks of their levels.
WRITE = """
WITH entries AS (
    INSERT INTO stock_stocktransaction
        (operation_id, product_id, warehouse_id, location_id, lot_id, type, quantity, balance_after, occurred_on)
    SELECT %(key)s, product, warehouse, location, lot, type, quantity, balance, day
      FROM ROWS FROM (jsonb_to_recordset(%(entries)s::jsonb) AS
               (product bigint, warehouse bigint, location bigint, lot bigint, type text, quantity numeric,
                balance numeric, day date)) WITH ORDINALITY
           AS e (product, warehouse, location, lot, type, quantity, balance, day, place)
     ORDER BY place
), levels AS (
    UPDATE stock_inventory i
       SET quantity = n.quantity, version = i.version + 1, updated = statement_timestamp(),
           last_out = CASE WHEN n.shipped THEN greatest(i.last_out, %(at)s) ELSE i.last_out END
      FROM jsonb_to_recordset(%(levels)s::jsonb) AS n (id bigint, quantity numeric, shipped boolean)
     WHERE i.id = n.id
), emptied AS (
    DELETE FROM stock_holding WHERE id = ANY(%(emptied)s::bigint[])
)
INSERT INTO stock_holding (inventory_id, location_id, lot_id, quantity)
SELECT * FROM jsonb_to_recordset(%(holdings)s::jsonb) AS h (level bigint, location bigint, lot bigint, quantity numeric)
ON CONFLICT ON CONSTRAINT holding_one_per_inventory_bin_and_lot DO UPDATE SET quantity = excluded.quantity
"""

WRITE_THRESHOLDS = """
UPDATE stock_inventory i
   SET low_threshold = n.low, high_threshold = n.high, version = i.version + 1
  FROM unnest(%(levels)s::bigint[], %(lows)s::numeric[], %(highs)s::numeric[]) AS n (id, low, high)
 WHERE i.id = n.id
"""
