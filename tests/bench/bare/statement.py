"""The writes of a shipment of one line in one statement, for the bare view and for pgbench."""

LEVELS = 2_000

# Levels that can bear many shipments of 1: without a lot, in one storage bin, well above any threshold.
CHOOSE = f"""
    CREATE TABLE bench_level AS
    SELECT row_number() OVER (ORDER BY random())::int AS n, sku, inventory_id, holding_id, product_id, warehouse_id,
           %(person)s::bigint AS person_id
    FROM (
        SELECT p.sku, i.id AS inventory_id, h.id AS holding_id, i.product_id, i.warehouse_id
        FROM stock_inventory i
        JOIN catalog_product p ON p.id = i.product_id
        JOIN stock_holding h ON h.inventory_id = i.id AND h.quantity = i.quantity
        JOIN warehouses_location l ON l.id = h.location_id
        WHERE i.warehouse_id = %(warehouse)s AND p.status = 'active' AND NOT p.tracks_lots AND l.kind = 'storage'
        ORDER BY i.quantity - coalesce(i.low_threshold, p.low_threshold, 0) DESC
        LIMIT {LEVELS}
    ) best
"""

SHIP = """
    WITH chosen AS (
        SELECT * FROM bench_level WHERE n = %(n)s
    ), operation AS (
        INSERT INTO stock_operation
            (key, kind, warehouse_id, reference, note, by_id, at, clock_corrected, device, digest)
        SELECT gen_random_uuid(), 'ship', warehouse_id, '', '', person_id, now(), false, '', repeat('0', 64) FROM chosen
        RETURNING key
    ), level AS (
        UPDATE stock_inventory i
        SET quantity = quantity - 1, version = version + 1, last_out = now(), updated = now()
        FROM chosen WHERE i.id = chosen.inventory_id
        RETURNING i.product_id, i.warehouse_id, i.quantity
    ), holding AS (
        UPDATE stock_holding h SET quantity = h.quantity - 1
        FROM chosen WHERE h.id = chosen.holding_id
        RETURNING h.location_id, h.lot_id
    )
    INSERT INTO stock_stocktransaction
        (operation_id, product_id, warehouse_id, location_id, lot_id, type, quantity, balance_after, occurred_on)
    SELECT operation.key, level.product_id, level.warehouse_id, holding.location_id, holding.lot_id, 'out', -1,
           level.quantity, current_date
    FROM operation, level, holding
"""
