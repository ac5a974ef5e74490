"""What follows from levels, days and thresholds without anybody booking."""

from datetime import datetime

from django.db import connection, transaction

from stock.ledger.expiry import judge_lots
from stock.ledger.overdue import judge_transfers
from stock.ledger.sweep import judge_levels
from stock.ledger.variance import judge_counts
from warehouses.models import Warehouse

__all__ = ["judge_days", "judge_levels", "repair_days", "turn_days"]

# Of two that come at once the second finds the day there already.
TURN = """
INSERT INTO stock_sweepmark AS mark (warehouse_id, day, moved)
SELECT * FROM unnest(%(warehouses)s::bigint[], %(days)s::date[]) AS turned (warehouse_id, day),
              LATERAL (SELECT %(at)s::timestamptz) AS clock (moved)
 ORDER BY warehouse_id
ON CONFLICT (warehouse_id) DO UPDATE SET day = excluded.day, moved = excluded.moved WHERE mark.day < excluded.day
RETURNING warehouse_id
"""


@transaction.atomic(durable=True)
def turn_days(*, at: datetime) -> set[int]:
    """Let the warehouses whose sweep hour has come begin their day; return those, each once a day.

    The hour counts as come once the clock on the wall shows it or a later one: where it is left out, right after; where
    it comes twice, the first time. A warehouse that is new begins with the day that it would be at.
    """
    marks = {warehouse.pk: warehouse.day_at(at) for warehouse in Warehouse.objects.order_by("pk")}
    with connection.cursor() as cursor:
        cursor.execute(TURN, {"warehouses": list(marks), "days": list(marks.values()), "at": at})
        return {pk for (pk,) in cursor.fetchall()}


def judge_days(*, at: datetime) -> int:
    """Let days begin whose hour has come, and judge what follows; return how many things were looked at.

    What is cut off in the middle is made up for by the next turn, which is a few minutes later.
    """
    turn_days(at=at)
    return repair_days(at=at)


def repair_days(*, at: datetime) -> int:
    """Bring alerts in line with lots, transfers and counts, by the day that each warehouse is at, however late."""
    return judge_lots(at=at) + judge_transfers(at=at) + judge_counts(at=at)
