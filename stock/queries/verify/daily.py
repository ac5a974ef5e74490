"""The laws of the daily movements: no row of the ledger is missing there, none is counted twice.

The tables are of `reports`, which lies above: they are read by name, and only once the rollup has begun. The recount
says for itself what each figure means, so that it finds a rollup that is wrong.

What the rollup has taken is told by its mark. The mark comes as a value and not as a subquery: so PostgreSQL knows how
few rows lie beyond it.
"""

from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from stock.queries.verify.law import Law

NET = Law(
    _("The daily movements add up to the level, with the rows that are not in them yet"),
    _("the level is %(quantity)s, the daily movements say %(net)s"),
    """
    SELECT product_id, warehouse_id, coalesce(i.quantity, 0) AS quantity, coalesce(daily.net, 0) AS net
    FROM stock_inventory i
    FULL JOIN (
        SELECT product_id, warehouse_id, sum(net) AS net
        FROM (
            SELECT product_id, warehouse_id, net FROM reports_dailymovement
            UNION ALL
            SELECT product_id, warehouse_id, quantity FROM stock_stocktransaction
            WHERE xact >= %(mark)s AND id > %(restored)s
        ) part
        GROUP BY product_id, warehouse_id
    ) daily USING (product_id, warehouse_id)
    WHERE coalesce(i.quantity, 0) <> coalesce(daily.net, 0)
    """,
)

# A transfer goes the way that its operation's sum in the warehouse goes, a reversal counts where what it reverses did,
# and a move between bins, which sums to zero, goes nowhere. A row that is missing on one side is one difference.
WEEK = Law(
    _("A week of the daily movements, drawn at random, is what the ledger's rows of its days add up to"),
    _("%(day)s, %(what)s: the ledger makes %(made)s, the daily movements say %(said)s"),
    """
    WITH counted AS (
        SELECT t.product_id, t.warehouse_id, t.occurred_on AS day, t.operation_id, t.type, t.quantity
        FROM stock_stocktransaction t
        WHERE t.occurred_on >= %(first)s AND t.occurred_on < %(end)s
          AND (t.xact < %(mark)s OR t.id <= %(restored)s)
    ), own AS (
        SELECT product_id, warehouse_id, day, count(*)::numeric AS lines, sum(quantity) AS net,
               coalesce(-sum(quantity) FILTER (WHERE type = 'out'), 0) AS shipped,
               coalesce(sum(quantity) FILTER (WHERE type = 'in'), 0) AS received,
               coalesce(sum(quantity) FILTER (WHERE type = 'adjust'), 0) AS adjusted
        FROM counted
        GROUP BY product_id, warehouse_id, day
    ), moved AS (
        SELECT product_id, warehouse_id, day,
               coalesce(sum(quantity) FILTER (WHERE quantity * sign > 0), 0) AS moved_in,
               coalesce(-sum(quantity) FILTER (WHERE quantity * sign < 0), 0) AS moved_out
        FROM (
            SELECT product_id, c.warehouse_id, day, CASE WHEN o.reverses_id IS NULL THEN 1 ELSE -1 END AS sign,
                   sum(quantity) AS quantity
            FROM counted c JOIN stock_operation o ON o.key = c.operation_id
            WHERE c.type = 'transfer'
            GROUP BY product_id, c.warehouse_id, day, o.key
        ) way
        GROUP BY product_id, warehouse_id, day
    )
    SELECT product_id, warehouse_id, day, what,
           coalesce(trim_scale(made)::text, '–') AS made, coalesce(trim_scale(said)::text, '–') AS said
    FROM (own LEFT JOIN moved USING (product_id, warehouse_id, day))
    FULL JOIN (
        SELECT * FROM reports_dailymovement WHERE day >= %(first)s AND day < %(end)s
    ) daily USING (product_id, warehouse_id, day),
    LATERAL (VALUES
        ('shipped', own.shipped, daily.shipped), ('received', own.received, daily.received),
        ('adjusted', own.adjusted, daily.adjusted), ('net', own.net, daily.net), ('lines', own.lines, daily.lines),
        ('moved_in', CASE WHEN own.lines > 0 THEN coalesce(moved.moved_in, 0) END, daily.moved_in),
        ('moved_out', CASE WHEN own.lines > 0 THEN coalesce(moved.moved_out, 0) END, daily.moved_out)
    ) figure (what, made, said)
    WHERE made IS DISTINCT FROM said AND (what = 'lines' OR made IS NOT NULL AND said IS NOT NULL)
    """,
)

DRAW = """
    SELECT mark.xact AS mark, mark.restored, drawn.first, drawn.first + 7 AS "end"
    FROM reports_rollupmark mark,
         LATERAL (
             SELECT min(day) + floor(random() * (max(day) - min(day) + 1))::int - 3 AS first FROM reports_dailymovement
         ) drawn
    WHERE mark.xact > 0
"""


def rolled_up(cursor: CursorWrapper) -> dict[str, Any] | None:
    """Return the rollup's mark and a week (`first` to before `end`) around a day drawn at random from those it has.

    None where the rollup has not begun; the week is null where it has no day yet.
    """
    cursor.execute(DRAW)
    row = cursor.fetchone()
    return dict(zip(("mark", "restored", "first", "end"), row, strict=True)) if row else None
