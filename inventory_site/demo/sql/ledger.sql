-- From lines to books: ids in the order of time, the level after each row, operations, levels and holdings.
-- Quantities were thousandths until here.
CREATE OR REPLACE FUNCTION pg_temp.reason(chance double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN chance < 0.1 THEN 'found' WHEN chance < 0.5 THEN 'damaged' WHEN chance < 0.75 THEN 'lost'
                WHEN chance < 0.9 THEN 'sample' ELSE 'correction' END;

CREATE UNLOGGED TABLE demo_operation AS
SELECT operation, md5(%(seed)s || ':' || operation)::uuid AS key, min(at) AS at,
       (operation / 100000000000000)::int AS kind, (operation / 1000000000000 %% 100)::int AS w
FROM demo_line
GROUP BY operation;
ANALYZE demo_operation, demo_line;

INSERT INTO stock_operation (key, kind, warehouse_id, reference, reason_id, note, by_id, at, clock_corrected, created, device,
                             reverses_id, digest)
SELECT key,
       (ARRAY['receive', 'ship', 'move', 'transfer', 'adjust', 'reverse'])[kind],
       warehouse.id,
       CASE kind WHEN 1 THEN 'PO-' WHEN 2 THEN 'SO-' WHEN 4 THEN 'TR-' ELSE '' END
           || CASE WHEN kind IN (1, 2, 4) THEN lpad((hashint8extended(operation, 7) & 16777215)::text, 8, '0') ELSE '' END,
       reason.id,
       CASE reason.code WHEN 'correction' THEN %(note)s ELSE '' END,
       person.id, at, false, at, '',
       CASE kind WHEN 6 THEN md5(%(seed)s || ':' || operation - 100000000000000)::uuid END,
       -- What was asked for is not kept by a loader; nobody will send these keys again.
       encode(sha256(key::text::bytea), 'hex')
FROM demo_operation
JOIN demo_warehouse warehouse ON warehouse.n = w
JOIN demo_person person ON person.w = demo_operation.w
    AND person.n = pg_temp.slot(pg_temp.dice(operation, 40), person.colleagues)
LEFT JOIN stock_reasoncode reason ON kind = 5 AND reason.code = pg_temp.reason(pg_temp.dice(operation %% 1000000000000, 15))
ORDER BY at, operation;

CREATE UNLOGGED TABLE demo_booked AS
SELECT *, sum(quantity) OVER (PARTITION BY p, w ORDER BY at, operation, tie ROWS UNBOUNDED PRECEDING) AS balance FROM demo_line;

-- PostgreSQL sorts by several workers for a table of its own, not for an INSERT.
CREATE UNLOGGED TABLE demo_row AS
SELECT row_number() OVER (ORDER BY line.at, line.operation, line.tie) AS id, key, product.id AS product_id,
       warehouse.id AS warehouse_id, location_id, lot_id, type, quantity * 0.001 AS quantity, balance * 0.001 AS balance,
       line.at, (line.at AT TIME ZONE warehouse.time_zone)::date AS day
FROM demo_booked line
JOIN demo_operation USING (operation)
JOIN demo_product product ON product.n = p
JOIN demo_warehouse warehouse ON warehouse.n = line.w
ORDER BY line.at, line.operation, line.tie;

INSERT INTO stock_stocktransaction (id, operation_id, product_id, warehouse_id, location_id, lot_id, type, quantity,
                                    balance_after, created, occurred_on)
SELECT * FROM demo_row;
SELECT setval('stock_stocktransaction_id_seq', (SELECT max(id) FROM stock_stocktransaction));
