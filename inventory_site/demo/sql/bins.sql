CREATE UNLOGGED TABLE demo_bin AS
SELECT w.n AS w, bin.kind, bin.k, bin.code, bin.is_default, nextval('warehouses_location_id_seq') AS id, w.id AS warehouse_id
FROM demo_warehouse w
CROSS JOIN LATERAL (
    SELECT 'storage' AS kind, k, chr(65 + k / 50) || '-' || to_char(k / 5 %% 10 + 1, 'FM00') || '-' || k %% 5 + 1 AS code,
           k = 0 AS is_default
    FROM generate_series(0, %(bins)s - 1) k
    UNION ALL SELECT 'receiving', 0, 'RECEIVING-1', false
    UNION ALL SELECT 'shipping', 0, 'SHIPPING-1', false
    UNION ALL SELECT 'quarantine', 0, 'QUARANTINE', false
) bin
ORDER BY w.n, bin.kind, bin.k;

INSERT INTO warehouses_location (id, warehouse_id, code, kind, status, is_default)
SELECT id, warehouse_id, code, kind, 'active', is_default FROM demo_bin ORDER BY id;

ANALYZE demo_bin;
