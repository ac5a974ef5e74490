-- The incidents that stand after this history, one a cause, as if every operation had been judged when it was booked and
-- people had been told then: open where the level was beyond its threshold more lately than it was mended.
WITH judged AS (
    SELECT inventory.id, inventory.product_id, inventory.warehouse_id, inventory.quantity, cause, threshold, sign,
           threshold + sign * greatest(ceil(threshold * warehouse.threshold_margin / 100 * 10 ^ unit.decimals), 1)
                              / 10 ^ unit.decimals AS mended,
           jsonb_build_object('sku', product.sku, 'name', product.name, 'unit', unit.code,
                              'quantity', trim_scale(inventory.quantity)::text, 'threshold', trim_scale(threshold)::text,
                              'warehouse', warehouse.code, 'warehouse_name', warehouse.name) AS facts
    FROM stock_inventory inventory
    JOIN catalog_product product ON product.id = inventory.product_id
    JOIN catalog_unit unit ON unit.id = product.unit_id
    JOIN warehouses_warehouse warehouse ON warehouse.id = inventory.warehouse_id
    CROSS JOIN LATERAL (
        VALUES ('shortage', coalesce(inventory.low_threshold, product.low_threshold), 1),
               ('overstock', coalesce(inventory.high_threshold, product.high_threshold), -1)
    ) limits (cause, threshold, sign)
    WHERE threshold IS NOT NULL
), standing AS (
    SELECT judged.*, since.created
    FROM judged
    CROSS JOIN LATERAL (
        WITH level AS (
            SELECT id, created, balance_after,
                   lead(operation_id) OVER (ORDER BY id) IS NOT DISTINCT FROM operation_id AS is_within
            FROM stock_stocktransaction
            WHERE product_id = judged.product_id AND warehouse_id = judged.warehouse_id
        )
        SELECT min(created) AS created
        FROM level
        WHERE NOT is_within
          AND (sign > 0 AND balance_after <= threshold OR sign < 0 AND balance_after > threshold)
          AND id > (SELECT coalesce(max(id), 0) FROM level
                    WHERE NOT is_within
                      AND (sign > 0 AND balance_after > mended OR sign < 0 AND balance_after <= mended))
    ) since
    WHERE (sign > 0 AND quantity <= mended OR sign < 0 AND quantity > mended) AND since.created IS NOT NULL
), typed AS (
    SELECT *, CASE WHEN cause = 'overstock' THEN 'overstock' WHEN quantity = 0 THEN 'out' ELSE 'low' END AS type
    FROM standing
)
INSERT INTO alerts_alert (cause, type, product_id, warehouse_id, subject, facts, severity, rank, told_rank,
                          told_count, standing, status, created, opened, resolution)
SELECT cause, type, product_id, warehouse_id, '', facts, severity, severity, severity, 1, true, 'open', created,
       created, ''
FROM typed
JOIN (VALUES ('overstock', 1), ('low', 2), ('out', 3)) known (type, severity) USING (type)
ORDER BY created, id, cause;
