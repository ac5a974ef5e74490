"""The laws of blind counts: what they found is what they booked, and no finding was lost on the way."""

from django.utils.translation import gettext_lazy as _

from stock.queries.verify.law import Law

BIN = "(SELECT code FROM warehouses_location WHERE id = location_id) AS bin"
LOT = "coalesce((SELECT number FROM catalog_lot WHERE id = lot_id), '–') AS lot"

COUNT_LAWS = (
    Law(
        _("What a posted count booked is what it found less what was expected, line by line; any other books nothing"),
        _("count C%(counting)s, bin %(bin)s, lot %(lot)s: the variance is %(variance)s, %(booked)s is booked"),
        f"""
        SELECT product_id, warehouse_id, counting, {BIN}, {LOT}, sum(variance) AS variance, sum(booked) AS booked
        FROM (
            SELECT l.count_id AS counting, l.product_id, c.warehouse_id, l.location_id, l.lot_id,
                   CASE c.state WHEN 'posted' THEN coalesce(l.counted - l.expected, 0) ELSE 0 END AS variance,
                   0::numeric AS booked
            FROM stock_countline l JOIN stock_count c ON c.id = l.count_id
            UNION ALL
            SELECT o.count_id, t.product_id, t.warehouse_id, t.location_id, t.lot_id, 0, t.quantity
            FROM stock_operation o JOIN stock_stocktransaction t ON t.operation_id = o.key
            WHERE o.count_id IS NOT NULL
        ) part
        GROUP BY counting, product_id, warehouse_id, location_id, lot_id
        HAVING sum(variance) <> sum(booked)
        """,  # nosec B608 # only constants of our own
    ),
    Law(
        _("A count's line says what its newest counting found; in a count that was posted every line says something"),
        _("count C%(counting)s, bin %(bin)s, lot %(lot)s: the line says %(said)s, its %(entries)s countings %(found)s"),
        f"""
        SELECT l.product_id, c.warehouse_id, c.id AS counting, {BIN}, {LOT},
               coalesce(trim_scale(l.counted) || ' of ' || trim_scale(l.expected), '–') AS said,
               coalesce(e.entries, 0) AS entries,
               coalesce(trim_scale(newest.counted) || ' of ' || trim_scale(newest.expected), '–') AS found
        FROM stock_countline l
        JOIN stock_count c ON c.id = l.count_id
        LEFT JOIN (
            SELECT line_id, count(*) AS entries, max(id) AS newest FROM stock_countentry GROUP BY line_id
        ) e ON e.line_id = l.id
        LEFT JOIN stock_countentry newest ON newest.id = e.newest
        LEFT JOIN stock_countsubmission s ON s.key = newest.submission_id
        WHERE l.countings <> coalesce(e.entries, 0)
           OR l.counted IS NULL AND c.state IN ('posted', 'undone')
           OR l.counted IS NOT NULL
              AND (l.counted, l.expected, l.place, l.by_id, l.at, l.count_id) IS DISTINCT FROM
                  (newest.counted, newest.expected, newest.place, s.by_id, s.at, s.count_id)
        """,  # nosec B608 # only constants of our own
    ),
)
