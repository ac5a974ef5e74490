-- When each day of each warehouse begins. A working day is 20 hours long; today's is squeezed into what has passed of it,
-- so that nothing lies in the future and the order within the day stays.
CREATE UNLOGGED TABLE demo_day AS
SELECT w.n AS w, d AS day, midnight, least(1, extract(epoch FROM %(until)s::timestamptz - midnight) / 72000) AS squeeze
FROM demo_warehouse w, generate_series(1, %(days)s) d,
     LATERAL (
         SELECT ((%(until)s::timestamptz AT TIME ZONE w.time_zone)::date - (%(days)s - d))::timestamp
                AT TIME ZONE w.time_zone AS midnight
     ) m;
ANALYZE demo_day;
