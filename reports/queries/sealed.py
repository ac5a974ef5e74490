"""The digests that seals are made of. They are computed in the database, a window of ids at a time: memory stays flat.

A window's digest is SHA-256 over all that its rows say, in the order of their ids, and over the operations that they
belong to, each once, in the order of their keys; a day's digest is SHA-256 over that of its windows. So a row that was
edited, deleted, inserted or given another place changes the digest of its day. Ids below 1, which
no sequence gives, are taken like any other. Every column of these tables is digested.

What is sealed is final, so windows can be asked over several connections at once, without a common snapshot.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# A seal and its verification take the same windows: those of a multiple of this.
WINDOW = 50_000
# So many windows are one connection's at a time.
BATCH = 10
LEAST, MOST = -(2**63), 2**63 - 1

# What a setting could write in another way is written in this one. Operations are looked up by their keys: PostgreSQL
# would rather read all of them, for every window.
ONE_SPELLING = """
    SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
           set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
           set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
"""
# Only the settings that this server knows (transaction_timeout came with PostgreSQL 17).
PATIENCE = """
    SELECT set_config(name, CASE name WHEN 'statement_timeout' THEN '3min' ELSE '0' END, true) FROM pg_settings
    WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')
"""
# The rows of a window, both ends among them: nothing lies above the greatest number that a column holds. `bounds` part
# the transactions into seals; the first bucket is 1.
CHOSEN = """
    t.id >= %(low)s AND t.id <= %(high)s AND t.id >= %(first)s AND t.id <= %(up_to)s
    AND t.xact >= %(since)s AND t.xact <= %(last)s
"""
PLACE = "least(width_bucket(t.xact, %(bounds)s::bigint[]), cardinality(%(bounds)s::bigint[]) - 1) AS place"
# The day of a moment, as one that Python can write too.
DAY = "greatest(least(({} AT TIME ZONE 'UTC')::date, '9999-12-31'), '0001-01-01')"
LEDGER = f"""
    WITH line AS MATERIALIZED (
        SELECT t.id, t.operation_id, {PLACE}, {DAY.format("t.created")} AS day, ROW(
            t.id, t.operation_id, t.product_id, t.warehouse_id, t.location_id, t.lot_id, t.type, t.quantity,
            t.balance_after, t.created, t.occurred_on, t.xact
        )::text AS said
        FROM stock_stocktransaction t WHERE {CHOSEN}
    ), lines AS (
        SELECT place, day, count(*) AS number,
               sha256(convert_to(string_agg(said, chr(10) ORDER BY id), 'UTF8')) AS digest
        FROM line GROUP BY 1, 2
    ), operations AS (
        SELECT place, day, {DAY.format("min(o.created)")} AS oldest, sha256(convert_to(string_agg(ROW(
            o.key, o.kind, o.warehouse_id, o.reference, o.reason_id, o.note, o.by_id, o.at, o.clock_corrected,
            o.created, o.device, o.address, o.reverses_id, o.transfer_id, o.count_id, o.lot_reason, o.digest
        )::text, chr(10) ORDER BY o.key), 'UTF8')) AS digest
        FROM (SELECT DISTINCT place, day, operation_id FROM line) AS booked
        JOIN stock_operation o ON o.key = booked.operation_id
        GROUP BY 1, 2
    )
    SELECT place, day, number, least(day, oldest), lines.digest || coalesce(operations.digest, ''::bytea)
    FROM lines LEFT JOIN operations USING (place, day) ORDER BY 1, 2
"""  # nosec B608 # only constants of our own
# With the operation of each row, for a write-off books no line of the ledger, and with the goods that its line names:
# once it has rows here, they never change.
TRANSIT = f"""
    SELECT place, day, count(*), day, sha256(convert_to(string_agg(said, chr(10) ORDER BY id), 'UTF8'))
    FROM (
        SELECT t.id, {PLACE}, {DAY.format("o.created")} AS day, ROW(
            t.id, t.operation_id, t.line_id, t.kind, t.quantity, t.xact, l.transfer_id, l.product_id, l.lot_id,
            o.key, o.kind, o.warehouse_id, o.reference, o.reason_id, o.note, o.by_id, o.at, o.clock_corrected,
            o.created, o.device, o.address, o.reverses_id, o.transfer_id, o.count_id, o.lot_reason, o.digest
        )::text AS said
        FROM stock_transferentry t JOIN stock_operation o ON o.key = t.operation_id
        JOIN stock_transferline l ON l.id = t.line_id WHERE {CHOSEN}
    ) AS line
    GROUP BY 1, 2 ORDER BY 1, 2
"""  # nosec B608 # only constants of our own
AUDIT = f"""
    SELECT place, day, count(*), day, sha256(convert_to(string_agg(said, chr(10) ORDER BY id), 'UTF8'))
    FROM (
        SELECT t.id, {PLACE}, {DAY.format("t.timestamp")} AS day, ROW(
            t.id, t.content_type_id, t.object_pk, t.object_id, t.object_repr, t.serialized_data, t.action,
            t.changes_text, t.changes, t.actor_id, t.actor_email, t.cid, t.remote_addr, t.remote_port, t.timestamp,
            t.additional_data, t.xact
        )::text AS said
        FROM auditlog_logentry t WHERE {CHOSEN}
    ) AS line
    GROUP BY 1, 2 ORDER BY 1, 2
"""  # nosec B608 # only constants of our own
DIGESTS = {"ledger": LEDGER, "transit": TRANSIT, "audit": AUDIT}
TABLES = {"ledger": "stock_stocktransaction", "transit": "stock_transferentry", "audit": "auditlog_logentry"}
# OFFSET 0 keeps the search with the index of transaction numbers; the primary key would be walked from its beginning.
SPAN = """
    SELECT min(id), max(id) FROM (
        SELECT id FROM {table}
        WHERE xact >= %(since)s AND xact <= %(last)s AND id >= %(first)s AND id <= %(up_to)s OFFSET 0
    ) AS row
"""
NEXT = "SELECT min(id) FROM {table} WHERE id >= %s AND id <= %s"
FUTURE = """
    SELECT count(*) FROM {table} WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint AND id >= %s
"""


@dataclass(frozen=True)
class Span:
    """Which rows of one table: transactions parted at `bounds`, ids above `after` up to `up_to`.

    LEAST lets every id in, itself too, and so does MOST at the end of the bounds with every transaction.
    """

    table: str
    bounds: Sequence[int]
    after: int
    up_to: int = MOST


@dataclass(frozen=True)
class Part:
    """What stands in one table of one day, within one seal: its place among the bounds, from 0.

    `oldest` is that day, or an earlier one on which an operation of its lines says that it was booked.
    """

    place: int
    table: str
    day: date
    rows: int
    oldest: date
    digest: str


def parts(span: Span, *, sessions: int = 1) -> list[Part]:
    """Return the digests of the rows that stand there now, in order.

    With more than one session the windows are asked at the same time, over connections of their own, which see nothing
    of a transaction of the caller's.
    """
    counts: dict[tuple[int, date], int] = {}
    oldest: dict[tuple[int, date], date] = {}
    digests: dict[tuple[int, date], Any] = {}
    for place, day, rows, first, digest in _digests(span, sessions):
        counts[place, day] = counts.get((place, day), 0) + rows
        oldest[place, day] = min(first, oldest.get((place, day), first))
        digests.setdefault((place, day), hashlib.sha256()).update(digest)
    return [
        Part(at[0] - 1, span.table, at[1], counts[at], oldest[at], digests[at].hexdigest()) for at in sorted(counts)
    ]


def ahead(table: str, after: int) -> int:
    """Return how many rows of this cluster bear the number of a transaction that it has not reached. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FUTURE.format(table=TABLES[table]), [_first(after)])
        return int(cursor.fetchone()[0])


Digest = tuple[int, date, int, date, bytes]


def _digests(span: Span, sessions: int) -> Iterator[Digest]:
    """Give the digests of all windows in the order of their ids."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        lows = list(_lows(cursor, span))
    batches = [lows[start : start + BATCH] for start in range(0, len(lows), BATCH)]
    if sessions == 1:
        for batch in batches:
            yield from _batch(span, batch)
        return
    with ThreadPoolExecutor(sessions) as pool:
        for found in pool.map(lambda batch: _batch_apart(span, batch), batches):
            yield from found


def _batch_apart(span: Span, lows: Sequence[int]) -> list[Digest]:
    try:
        return _batch(span, lows)
    finally:
        connection.close()


def _batch(span: Span, lows: Sequence[int]) -> list[Digest]:
    found: list[Digest] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ONE_SPELLING)
        cursor.execute(PATIENCE)
        for low in lows:
            window: dict[str, Any] = {"low": low, "high": _last_of(low), "bounds": list(span.bounds)}
            cursor.execute(DIGESTS[span.table], {**_values(span), **window})
            found += cursor.fetchall()
    return found


def _lows(cursor: CursorWrapper, span: Span) -> Iterator[int]:
    """Give the first id of every window that has rows, by leaps over what is empty."""
    cursor.execute(SPAN.format(table=TABLES[span.table]), _values(span))
    following, last = cursor.fetchone()
    while following is not None:
        low = max(following // WINDOW * WINDOW, LEAST)
        yield low
        if _last_of(low) == MOST:
            return
        cursor.execute(NEXT.format(table=TABLES[span.table]), [_last_of(low) + 1, last])
        (following,) = cursor.fetchone()


def _last_of(low: int) -> int:
    """Return the last id of the window that has this one."""
    return min(low // WINDOW * WINDOW + WINDOW - 1, MOST)


def _first(after: int) -> int:
    return after if after in (LEAST, MOST) else after + 1


def _values(span: Span) -> dict[str, int]:
    since, until = span.bounds[0], span.bounds[-1]
    last = until if until == MOST else until - 1
    return {"since": since, "last": last, "first": _first(span.after), "up_to": span.up_to}
