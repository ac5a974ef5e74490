-- Every line of the ledger before it has an id and a balance. The kinds have hours of their own, so a batch is received
-- before it is moved, and moved before it is shipped from.
CREATE OR REPLACE FUNCTION pg_temp.moment(midnight timestamptz, squeeze numeric, hour double precision) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE RETURN midnight + hour * squeeze::float8 * interval '1 hour';

CREATE UNLOGGED TABLE demo_line AS
WITH receipt AS (
    SELECT *, pg_temp.slot(pg_temp.dice(b, 30), %(receipts_a_day)s) AS m FROM demo_supply
), putaway AS (
    SELECT *, pg_temp.slot(pg_temp.dice(b, 31), %(receipts_a_day)s) AS m FROM demo_supply WHERE put_away
), shipment AS (
    SELECT *, pg_temp.slot(pg_temp.dice(b * 65536 + i, 32), %(shipments_a_day)s) AS m FROM demo_shipment
), adjustment AS (
    SELECT *, first + floor((last - first + 1) * pg_temp.dice(b, 33))::int AS day FROM demo_supply WHERE adjusted > 0
), transfer AS NOT MATERIALIZED (
    SELECT supply.*, pg_temp.slot(pg_temp.dice(b, 34), %(transfers_a_day)s) AS m, there.id AS there,
           least(%(days)s, transfer_day + 2 + floor(pg_temp.dice(b, 35) * 3)::int) AS leaves
    FROM demo_supply supply
    JOIN demo_bin there ON there.w = destination AND there.kind = 'storage'
        AND there.k = floor(pg_temp.dice(b, 36) * %(bins)s)::int
    WHERE transferred > 0
), line (operation, b, tie, p, w, day, hour, type, bin, quantity) AS (
    SELECT pg_temp.operation(1, r.w, r.first * 10000000::bigint + m), b, 0, p, r.w, first, 5 + 2.0 * m / %(receipts_a_day)s,
           'in', CASE WHEN put_away THEN dock.id ELSE bin END, received
    FROM receipt r JOIN demo_bin dock ON dock.w = r.w AND dock.kind = 'receiving'
    UNION ALL
    SELECT pg_temp.operation(3, put.w, put.first * 10000000::bigint + m), b, leg, p, put.w, first, 7.1 + 1.4 * m / %(receipts_a_day)s,
           'transfer', CASE leg WHEN 0 THEN dock.id ELSE bin END, CASE leg WHEN 0 THEN -received ELSE received END
    FROM putaway put JOIN demo_bin dock ON dock.w = put.w AND dock.kind = 'receiving', generate_series(0, 1) leg
    UNION ALL
    SELECT pg_temp.operation(2, s.w, s.day * 10000000::bigint + m), b, i, p, s.w, s.day, 9 + 8.9 * m / %(shipments_a_day)s,
           'out', bin, -taken
    FROM shipment s JOIN demo_supply USING (b)
    UNION ALL
    SELECT pg_temp.operation(5 + leg, w, b), b, leg, p, w, day, 18 + 0.9 * pg_temp.dice(b, 37) + 0.05 * leg, 'adjust', bin,
           CASE WHEN leg = 1 OR adjusts >= 0.1 THEN -adjusted ELSE adjusted END
    FROM adjustment, generate_series(0, CASE WHEN adjusts < 0.1 THEN 1 ELSE 0 END) leg
    UNION ALL
    SELECT pg_temp.operation(4, w, transfer_day * 10000000::bigint + destination * 100000 + m), b, leg, p,
           CASE leg WHEN 0 THEN w ELSE destination END, transfer_day, 19 + 0.9 * m / %(transfers_a_day)s, 'transfer',
           CASE leg WHEN 0 THEN bin ELSE there END, CASE leg WHEN 0 THEN -transferred ELSE transferred END
    FROM transfer, generate_series(0, 1) leg
    UNION ALL
    SELECT pg_temp.operation(2, destination, leaves * 10000000::bigint + slot), b, 0, p, destination, leaves,
           9 + 8.9 * slot / %(shipments_a_day)s, 'out', there, -transferred
    FROM (SELECT *, pg_temp.slot(pg_temp.dice(b, 38), %(shipments_a_day)s) AS slot FROM transfer) t
)
SELECT operation, pg_temp.moment(midnight, squeeze, hour) AS at, b * 65536 + tie AS tie, p, line.w,
       bin AS location_id, lot.id AS lot_id, type, quantity
FROM line
JOIN demo_day ON demo_day.w = operation / 1000000000000 %% 100 AND demo_day.day = line.day
LEFT JOIN demo_lot lot USING (b);
