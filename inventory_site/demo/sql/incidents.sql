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

-- Who was told of each: the managers of its warehouse, where it has none the admins.
CREATE UNLOGGED TABLE demo_told AS
    WITH manager AS (
        SELECT held.content_object_id AS warehouse_id, held.user_id AS person_id
        FROM accounts_warehouseuserpermission held
        JOIN auth_permission permission ON permission.id = held.permission_id AND permission.codename = 'manage_warehouse'
        JOIN accounts_user person ON person.id = held.user_id AND person.role = 'manager' AND person.status = 'active'
    ), teller AS (
        SELECT * FROM manager
        UNION ALL
        SELECT warehouse.id, person.id
        FROM warehouses_warehouse warehouse
        JOIN accounts_user person ON person.role = 'admin' AND person.status = 'active'
        WHERE warehouse.id NOT IN (SELECT warehouse_id FROM manager)
    )
    SELECT alert.id, alert.type, alert.facts, alert.created, teller.person_id
    FROM alerts_alert alert JOIN teller ON teller.warehouse_id = alert.warehouse_id;

INSERT INTO alerts_alertevent (alert_id, kind, at, by_id, text, facts)
SELECT alert.id, event.kind, alert.created, NULL, '', jsonb_strip_nulls(
           jsonb_build_object('type', alert.type, 'people', CASE event.kind WHEN 'told' THEN told.people END))
FROM alerts_alert alert
JOIN (SELECT id, count(*) AS people FROM demo_told GROUP BY id) told USING (id)
CROSS JOIN (VALUES (1, 'opened'), (2, 'told')) event (n, kind)
ORDER BY alert.created, alert.id, event.n;

-- It stands in the app; what is older than three days they have seen.
INSERT INTO alerts_delivery (purpose, alert_id, dedupe_key, person_id, channel, facts, status, attempts, next_attempt,
                             provider_id, provider_status, error, created, sent, read)
SELECT 'alert', id, 'alert:' || id || ':1', person_id, 'app', facts || jsonb_build_object('type', type), 'sent', 0,
       created, '', '', '', created, created,
       CASE WHEN created < (SELECT max(created) FROM stock_stocktransaction) - interval '3 days'
            THEN created + interval '2 hours' END
FROM demo_told ORDER BY created, id, person_id;
