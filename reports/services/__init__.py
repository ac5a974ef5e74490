"""Keeping DailyMovement up with the ledger: every row is counted exactly once, whenever its transaction commits.

The horizon. Every ledger row keeps the number of the transaction that wrote it (`xact`). Below
`pg_snapshot_xmin(pg_current_snapshot())` every transaction has ended, so no row can still appear there; the rollup
takes the rows with mark <= xact < horizon, adds them up and moves the mark in the same transaction. A transaction that
stays open holds the horizon back and loses nothing. An id or a time as the mark would lose the rows that commit late.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from reports.errors import RolledUpElsewhere

NEW = "xact >= %(mark)s AND xact < %(horizon)s AND id > %(restored)s"
# Rows up to `restored` came from another cluster: they are all there, whatever their transaction numbers say.
ALL = "xact < %(horizon)s OR id <= %(restored)s"

# A transfer's rows tell its direction by the sum of the operation in the warehouse: a move between bins sums to zero,
# and a reversal counts in the column of what it reverses, with the opposite sign. An operation is one transaction, so
# it is never torn apart by the horizon. Ordered by day, so that the days lie together on the disk.
SUMS = """
    WITH taken AS NOT MATERIALIZED (
        SELECT * FROM stock_stocktransaction WHERE {rows}
    ), direction AS (
        SELECT t.product_id, t.warehouse_id, t.occurred_on, sum(t.quantity) AS quantity,
               (sum(t.quantity) > 0) = (o.reverses_id IS NULL) AS inwards
        FROM taken t JOIN stock_operation o ON o.key = t.operation_id
        WHERE t.type = 'transfer'
        GROUP BY t.product_id, t.warehouse_id, t.occurred_on, o.key
    ), part AS (
        SELECT product_id, warehouse_id, occurred_on AS day,
               CASE WHEN type = 'out' THEN -quantity END AS shipped,
               CASE WHEN type = 'in' THEN quantity END AS received,
               CASE WHEN type = 'adjust' THEN quantity END AS adjusted,
               NULL::numeric AS moved_in, NULL::numeric AS moved_out, quantity AS net, 1 AS lines
        FROM taken
        UNION ALL
        SELECT product_id, warehouse_id, occurred_on, NULL, NULL, NULL,
               CASE WHEN inwards THEN quantity END, CASE WHEN NOT inwards THEN -quantity END, NULL, 0
        FROM direction
    )
    SELECT product_id, warehouse_id, day, coalesce(sum(shipped), 0) AS shipped, coalesce(sum(received), 0) AS received,
           coalesce(sum(adjusted), 0) AS adjusted, coalesce(sum(moved_in), 0) AS moved_in,
           coalesce(sum(moved_out), 0) AS moved_out, sum(net) AS net, sum(lines) AS lines
    FROM part
    GROUP BY day, warehouse_id, product_id
    ORDER BY day, warehouse_id, product_id
"""
INSERT = """
    INSERT INTO reports_dailymovement AS daily
        (product_id, warehouse_id, day, shipped, received, adjusted, moved_in, moved_out, net, lines)
"""
ADD = f"""
    {INSERT} {SUMS}
    ON CONFLICT (warehouse_id, day, product_id) DO UPDATE SET
        shipped = daily.shipped + excluded.shipped,
        received = daily.received + excluded.received,
        adjusted = daily.adjusted + excluded.adjusted,
        moved_in = daily.moved_in + excluded.moved_in,
        moved_out = daily.moved_out + excluded.moved_out,
        net = daily.net + excluded.net,
        lines = daily.lines + excluded.lines
"""  # nosec B608 # only constants of our own
# For a table of its own several workers of PostgreSQL add up, for an INSERT only one; and where nothing stands, nothing
# clashes.
ANEW = f"CREATE TEMPORARY TABLE reports_anew AS {SUMS}"

# The first transaction that may still be open.
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# The last row that another cluster wrote: one statement sees nothing of its own cluster beyond its snapshot.
RESTORED = """
    SELECT coalesce(max(id), 0) FROM stock_stocktransaction
    WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
# Only the settings that this server knows (transaction_timeout came with PostgreSQL 17).
PATIENCE = """
    SELECT set_config(name, CASE name WHEN 'statement_timeout' THEN %s WHEN 'lock_timeout' THEN %s
                                      WHEN 'work_mem' THEN %s ELSE '0' END, true)
    FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'work_mem')
"""


@dataclass(frozen=True)
class Mark:
    """Where the rollup stands (see RollupMark)."""

    xact: int
    restored: int


@transaction.atomic(durable=True)
def roll_up(*, now: datetime) -> int:
    """Add what the ledger gained since the last time to DailyMovement; return how many ledger rows were taken.

    Holds the mark's row lock to the end: a second worker waits (a minute at most), then takes what is left.
    Raises RolledUpElsewhere where the database was restored from another cluster: `rebuild` mends it.
    """
    with connection.cursor() as cursor:
        _be_patient(cursor, statement="3min", lock="1min", memory="64MB")
        mark = _lock_mark(cursor)
        # Read after the lock was granted: an older snapshot could put the horizon below the mark.
        horizon = _number(cursor, HORIZON)
        if horizon < mark.xact:
            raise RolledUpElsewhere(f"rolled up to transaction {mark.xact}, but {horizon} is still to come here")
        taken = _add(cursor, NEW, {"mark": mark.xact, "horizon": horizon, "restored": mark.restored})
        _move_mark(cursor, Mark(horizon, mark.restored), now)
    return taken


@transaction.atomic(durable=True)
def rebuild(*, now: datetime) -> int:
    """Make DailyMovement anew from the whole ledger; return how many ledger rows were taken.

    Readers see the old figures until it commits; a rollup at the same time waits for the mark's lock.
    """
    with connection.cursor() as cursor:
        _be_patient(cursor, statement="1h", lock="5min", memory="256MB")
        _lock_mark(cursor)
        horizon, restored = _number(cursor, HORIZON), _number(cursor, RESTORED)
        # Numbers of our own, so they may stand in the text: the server binds no values where a table is made.
        cursor.execute(ANEW.format(rows=ALL % {"horizon": horizon, "restored": restored}))
        taken = _number(cursor, "SELECT coalesce(sum(lines), 0)::bigint FROM reports_anew")
        cursor.execute("DELETE FROM reports_dailymovement")
        cursor.execute(f"{INSERT} SELECT * FROM reports_anew")  # nosec B608 # only constants of our own
        cursor.execute("DROP TABLE reports_anew")
        _move_mark(cursor, Mark(horizon, restored), now)
    return taken


def _be_patient(cursor: CursorWrapper, *, statement: str, lock: str, memory: str) -> None:
    """Lift, for this transaction, the limits that keep a person from waiting."""
    cursor.execute(PATIENCE, [statement, lock, memory])


def _lock_mark(cursor: CursorWrapper) -> Mark:
    cursor.execute("INSERT INTO reports_rollupmark (id, xact, restored) VALUES (1, 0, 0) ON CONFLICT DO NOTHING")
    cursor.execute("SELECT xact, restored FROM reports_rollupmark WHERE id = 1 FOR UPDATE")
    return Mark(*cursor.fetchone())


def _add(cursor: CursorWrapper, rows: str, bounds: dict[str, int]) -> int:
    # Nothing below the horizon changes any more, so the two statements see the same rows.
    count = f"SELECT count(*) FROM stock_stocktransaction WHERE {rows}"  # nosec B608 # NEW or ALL, which are constants
    taken = _number(cursor, count, bounds)
    if taken:
        cursor.execute(ADD.format(rows=rows), bounds)
    return taken


def _move_mark(cursor: CursorWrapper, mark: Mark, now: datetime) -> None:
    cursor.execute(
        "UPDATE reports_rollupmark SET xact = %s, restored = %s, moved = %s WHERE id = 1",
        [mark.xact, mark.restored, now],
    )


def _number(cursor: CursorWrapper, sql: str, bounds: dict[str, int] | None = None) -> int:
    cursor.execute(sql, bounds)
    number: int = cursor.fetchone()[0]
    return number
