-- What was asked of each product in each warehouse, and the batches of goods that met it. A batch is received, perhaps
-- put away from the receiving bin into its storage bin, and used up there: what it is received with is what is taken
-- from it later. So no bin, and no level, is below zero at any time, in whatever order batches overlap.
CREATE UNLOGGED TABLE demo_pair AS
WITH asked AS (
    SELECT (p.n - 1) * 10 + w.n AS n, p.n AS p, w.n AS w, p.step, p.typical, p.tracks_lots,
           p.low AS product_low, p.high,
           power(p.rank, -0.6) / (1 + w.n * 0.15) * (0.4 + pg_temp.dice((p.n - 1) * 10 + w.n, 1)) AS weight
    FROM (SELECT *, row_number() OVER (ORDER BY pg_temp.dice(n, 0), n) AS rank FROM demo_product) p
    CROSS JOIN demo_warehouse w
    ORDER BY pg_temp.dice((p.n - 1) * 10 + w.n, 2), 1
    LIMIT %(pairs)s
), thresholds AS (
    SELECT *, CASE WHEN pg_temp.dice(n, 3) < 0.06 AND product_low IS NOT NULL
                   THEN greatest(product_low / 2 / step * step, step) END AS own_low
    FROM asked
), states AS (
    SELECT *, coalesce(own_low, product_low) AS low, pg_temp.dice(n, 4) AS fate, pg_temp.dice(n, 5) AS chance FROM thresholds
)
SELECT n, p, w, step, typical, tracks_lots, own_low, weight,
       greatest(step, CASE
           WHEN low IS NULL THEN (typical * (4 + 30 * chance))::bigint
           WHEN fate < 0.004 THEN 0
           WHEN fate < 0.016 THEN (low * (0.2 + 0.75 * chance))::bigint
           WHEN fate < 0.022 THEN (high * (1.02 + 0.3 * chance))::bigint + step
           ELSE (low * 1.3 + (high * 0.88 - low * 1.3) * chance)::bigint
       END / step * step) AS remains,
       coalesce(fate < 0.004 AND low IS NOT NULL, false) AS runs_out,
       1 + least(%(days)s / 3, floor(%(movements)s * weight / sum(weight) OVER () / 14)::int) AS batches
FROM states
ORDER BY n;
ANALYZE demo_pair;

CREATE UNLOGGED TABLE demo_batch AS
WITH planned AS (
    SELECT row_number() OVER (ORDER BY n, j) AS b, p, w, step, typical, tracks_lots, own_low, remains, runs_out, n AS pair,
           weight / batches * (0.5 + pg_temp.dice(n * 1024 + j, 10)) AS weight,
           batches, j, %(days)s / batches::float8 AS span, pg_temp.dice(n * 1024 + j, 11) AS early,
           pg_temp.dice(n * 1024 + j, 12) AS late
    FROM demo_pair, generate_series(1, batches) j
), timed AS (
    SELECT *, 1 + floor((j - 1) * span + CASE WHEN j = 1 THEN 0.05 ELSE 0.3 END * early * span)::int AS first,
           CASE WHEN j = batches THEN %(days)s
                ELSE least(%(days)s, greatest(1 + j * span + 0.3 * late * span, 1))::int END AS last
    FROM planned
), eventful AS (
    SELECT *, pg_temp.dice(b, 13) < %(put_away)s AS put_away,
           CASE WHEN pg_temp.dice(b, 14) < 0.06 THEN pg_temp.dice(b, 15) END AS adjusts,
           pg_temp.dice(b, 16) < 0.05 AND first + 3 <= %(days)s AS transfers,
           sum(weight) OVER (ORDER BY b) AS upto
    FROM timed
), counted AS (
    SELECT *, %(movements)s - sum(1 + put_away::int * 2 + (adjusts IS NOT NULL)::int + (adjusts < 0.1 IS TRUE)::int
                                  + transfers::int * 3) OVER () AS shipments, max(upto) OVER () AS total
    FROM eventful
)
SELECT b, pair, p, w, step, typical, tracks_lots, first, last, put_away, adjusts,
       CASE WHEN adjusts IS NOT NULL THEN greatest(1, (typical / step * 0.3 * pg_temp.dice(b, 17))::bigint) * step ELSE 0
       END AS adjusted,
       CASE WHEN transfers THEN greatest(1, (typical / step * (1 + 4 * pg_temp.dice(b, 18)))::bigint) * step ELSE 0
       END AS transferred,
       first + floor(pg_temp.dice(b, 19) * (least(last, %(days)s - 3) - first + 1))::int AS transfer_day,
       1 + (w + floor(pg_temp.dice(b, 20) * 9)::int) %% 10 AS destination,
       CASE WHEN j = batches THEN remains ELSE 0 END AS remains, runs_out AND j = batches AS runs_out,
       floor(greatest(shipments, 0)::numeric * (upto / total)::numeric)::bigint
           - floor(greatest(shipments, 0)::numeric * (lag(upto, 1, 0) OVER (ORDER BY b) / total)::numeric)::bigint AS lines
FROM counted
ORDER BY b;
ANALYZE demo_batch;

CREATE UNLOGGED TABLE demo_shipment AS
SELECT b, i, w, first + floor((last - first + 1) * (i - pg_temp.dice(b * 65536 + i, 21)) / lines)::int AS day,
       greatest(1, (typical / step * (0.3 + 1.4 * pg_temp.dice(b * 65536 + i, 22)))::bigint) * step AS taken
FROM demo_batch, generate_series(1, lines) i;

CREATE UNLOGGED TABLE demo_supply AS
SELECT batch.*, bin.id AS bin,
       greatest(step, coalesce(taken, 0) + transferred + CASE WHEN adjusts >= 0.1 THEN adjusted ELSE 0 END
                          + CASE WHEN runs_out AND taken > 0 THEN 0 ELSE remains END) AS received
FROM demo_batch batch
LEFT JOIN (SELECT b, sum(taken)::bigint AS taken FROM demo_shipment GROUP BY b) used USING (b)
JOIN demo_bin bin ON bin.w = batch.w AND bin.kind = 'storage'
    AND bin.k = floor(pg_temp.dice(batch.pair * 2 + batch.first %% 2, 23) * %(bins)s)::int;
ANALYZE demo_supply, demo_shipment;

CREATE UNLOGGED TABLE demo_lot AS
SELECT b, nextval('catalog_lot_id_seq') AS id, product_id, number, made + shelf_life AS expires_on
FROM (
    SELECT b, product.id AS product_id, product.shelf_life, midnight::date - floor(pg_temp.dice(b, 24) * shelf_life / 4)::int AS made,
           'L' || to_char(midnight, 'YYMMDD') || '-' || supply.w AS number
    FROM demo_supply supply
    JOIN demo_product product ON product.n = supply.p
    JOIN demo_day day ON day.w = supply.w AND day.day = supply.first
    WHERE supply.tracks_lots
    ORDER BY b
) batch;
INSERT INTO catalog_lot (id, product_id, number, expires_on) SELECT id, product_id, number, expires_on FROM demo_lot;
ANALYZE demo_lot;
