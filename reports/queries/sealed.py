"""The digests that seals are made of. They are computed in the database, a window of ids at a time: memory stays flat.

Each row is digested with its id and all that it says, a ledger row with its operation; a window's digest is that of its
rows' digests in the order of their ids, a day's that of its windows'. So a row that was edited, deleted, inserted or
given another place changes the digest of its day. `actor_email` is left out: it repeats what `actor` says, and may be
taken away when a person leaves.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

# A seal and its verification take the same windows: those of a multiple of this.
WINDOW = 50_000
LEAST, MOST = -(2**63), 2**63 - 1

# What a setting could write in another way is written in this one.
ONE_SPELLING = """
    SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
           set_config('work_mem', '64MB', true), set_config('jit', 'off', true)
"""
# Only the settings that this server knows (transaction_timeout came with PostgreSQL 17).
PATIENCE = """
    SELECT set_config(name, CASE name WHEN 'statement_timeout' THEN '3min' ELSE '0' END, true) FROM pg_settings
    WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')
"""
ROWS = {
    "ledger": """
        SELECT t.id, t.xact, (t.created AT TIME ZONE 'UTC')::date AS day,
               sha256(convert_to(ROW(
                   t.id, t.operation_id, t.product_id, t.warehouse_id, t.location_id, t.lot_id, t.type, t.quantity,
                   t.balance_after, t.created, t.occurred_on, t.xact, o.key, o.kind, o.warehouse_id, o.reference,
                   o.reason_id, o.note, o.by_id, o.at, o.clock_corrected, o.created, o.device, o.address, o.reverses_id,
                   o.transfer_id, o.count_id, o.lot_reason, o.digest
               )::text, 'UTF8')) AS digest
        FROM stock_stocktransaction t LEFT JOIN stock_operation o ON o.key = t.operation_id
    """,
    "audit": """
        SELECT t.id, t.xact, (t.timestamp AT TIME ZONE 'UTC')::date AS day,
               sha256(convert_to(ROW(
                   t.id, t.content_type_id, t.object_pk, t.object_id, t.object_repr, t.serialized_data, t.action,
                   t.changes_text, t.changes, t.actor_id, t.cid, t.remote_addr, t.remote_port, t.timestamp,
                   t.additional_data, t.xact
               )::text, 'UTF8')) AS digest
        FROM auditlog_logentry t
    """,
}
TABLES = {"ledger": "stock_stocktransaction", "audit": "auditlog_logentry"}
# `bounds` part the transactions into seals; the first bucket is 1.
DIGESTS = """
    SELECT width_bucket(xact, %(bounds)s::bigint[]), day, count(*), sha256(string_agg(digest, ''::bytea ORDER BY id))
    FROM (
        {rows}
        WHERE t.id >= %(low)s AND t.id < %(high)s AND t.id > %(after)s AND t.id <= %(up_to)s
          AND t.xact >= %(since)s AND t.xact < %(until)s
    ) AS row
    GROUP BY 1, 2 ORDER BY 1, 2
"""
# OFFSET 0 keeps the search with the index of transaction numbers; the primary key would be walked from its beginning.
SPAN = """
    SELECT min(id), max(id) FROM (
        SELECT id FROM {table}
        WHERE xact >= %(since)s AND xact < %(until)s AND id > %(after)s AND id <= %(up_to)s OFFSET 0
    ) AS row
"""
NEXT = "SELECT min(id) FROM {table} WHERE id >= %s AND id <= %s"
FUTURE = """
    SELECT count(*) FROM {table} WHERE xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint AND id > %s
"""


@dataclass(frozen=True)
class Span:
    """Which rows of one table: transactions parted at `bounds`, ids above `after` up to `up_to`."""

    table: str
    bounds: Sequence[int]
    after: int
    up_to: int = MOST


@dataclass(frozen=True)
class Part:
    """What stands in one table of one day, within one seal: its place among the bounds, from 0."""

    place: int
    table: str
    day: date
    rows: int
    digest: str


def parts(span: Span) -> list[Part]:
    """Return the digests of the rows that stand there now, in order. Call within a transaction."""
    counts: dict[tuple[int, date], int] = {}
    digests: dict[tuple[int, date], Any] = {}
    with connection.cursor() as cursor:
        cursor.execute(ONE_SPELLING)
        cursor.execute(PATIENCE)
        for place, day, rows, digest in _windows(cursor, span):
            counts[place, day] = counts.get((place, day), 0) + rows
            digests.setdefault((place, day), hashlib.sha256()).update(digest)
    return [
        Part(place - 1, span.table, day, counts[place, day], digests[place, day].hexdigest())
        for place, day in sorted(counts)
    ]


def ahead(table: str, after: int) -> int:
    """Return how many rows of this cluster bear the number of a transaction that it has not reached. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FUTURE.format(table=TABLES[table]), [after])
        return int(cursor.fetchone()[0])


def _windows(cursor: CursorWrapper, span: Span) -> Iterator[tuple[int, date, int, bytes]]:
    table = TABLES[span.table]
    values = {"since": span.bounds[0], "until": span.bounds[-1], "after": span.after, "up_to": span.up_to}
    cursor.execute(SPAN.format(table=table), values)
    following, last = cursor.fetchone()
    while following is not None:
        low = following // WINDOW * WINDOW
        window = {"low": low, "high": low + WINDOW, "bounds": list(span.bounds)}
        cursor.execute(DIGESTS.format(rows=ROWS[span.table]), {**values, **window})
        yield from cursor.fetchall()
        cursor.execute(NEXT.format(table=table), [low + WINDOW, last])
        (following,) = cursor.fetchone()
