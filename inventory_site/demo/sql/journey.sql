-- A sale line is an outbound line; the goods came in on the evening before the first sale of each four weeks, as many
-- as those weeks took, and in the last weeks a few more for some products: so no level is below zero at any time.
ANALYZE demo_sale;
UPDATE demo_product SET low = best.low
FROM (
    SELECT p AS n, greatest(1, ceil(sum(quantity) / 10.0 / 52))::bigint * 1000 AS low
    FROM demo_sale GROUP BY p ORDER BY count(*) DESC, p LIMIT 200
) best
WHERE best.n = demo_product.n;
UPDATE catalog_product SET low_threshold = low * 0.001 FROM demo_product
WHERE demo_product.id = catalog_product.id AND low IS NOT NULL;

CREATE UNLOGGED TABLE demo_supply AS
WITH period AS (
    SELECT p, w, min(day) AS first, sum(quantity)::bigint AS taken,
           lead(1) OVER (PARTITION BY p, w ORDER BY min(day)) IS NULL AS is_last
    FROM (
        SELECT p, w, quantity, (sold AT TIME ZONE 'UTC' AT TIME ZONE time_zone)::date AS day
        FROM demo_sale JOIN demo_warehouse ON n = w
    ) sale
    GROUP BY p, w, (day - date '2017-01-01') / 28
)
SELECT p, w, first - 1 AS day, bin.id AS bin,
       taken + CASE WHEN is_last AND pg_temp.dice(p * 10::bigint + w, 50) < 0.6 THEN ceil(taken / 2.0)::bigint ELSE 0 END AS received,
       row_number() OVER (PARTITION BY w, first ORDER BY p) / 200 AS truck
FROM period
JOIN LATERAL (SELECT floor(pg_temp.dice(p * 10::bigint + w, 51) * %(bins)s)::int AS k) place ON true
JOIN demo_bin bin USING (w, k)
WHERE bin.kind = 'storage';

CREATE UNLOGGED TABLE demo_line AS
SELECT pg_temp.operation(1, w, (day - date '2016-01-01') * 10000000::bigint + truck) AS operation,
       (day + time '18:00') AT TIME ZONE time_zone AS at, p::bigint AS tie, p, w, bin AS location_id,
       NULL::bigint AS lot_id, 'in' AS type, received * 1000 AS quantity
FROM demo_supply JOIN demo_warehouse ON n = w
UNION ALL
SELECT pg_temp.operation(2, sale.w, basket), sold AT TIME ZONE 'UTC', p, p, sale.w, bin.id, NULL, 'out', -quantity * 1000
FROM demo_sale sale
JOIN LATERAL (SELECT floor(pg_temp.dice(p * 10::bigint + w, 51) * %(bins)s)::int AS k) place ON true
JOIN demo_bin bin ON bin.w = sale.w AND bin.k = place.k
WHERE bin.kind = 'storage';

CREATE UNLOGGED TABLE demo_pair (p bigint, w bigint, own_low bigint);
