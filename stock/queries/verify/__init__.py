"""The laws of the ledger, each one statement over all of it that returns what breaks it.

Everything is added up in the database, in sorts and hashes that spill to disk, so memory stays flat whatever the size.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from inventory_site.web.quantity import format_quantity
from stock.queries.verify.books import LAWS
from stock.queries.verify.counts import COUNT_LAWS
from stock.queries.verify.daily import NET, WEEK, rolled_up
from stock.queries.verify.guards import GUARDS, wanted
from stock.queries.verify.law import Law
from stock.queries.verify.transit import TRANSIT_LAWS


class Difference(NamedTuple):
    """One place where the law is broken; sku and warehouse are empty where it has none."""

    sku: str
    warehouse: str
    words: str


@dataclass(frozen=True)
class Finding:
    """What breaks one law: how often, and the first few places; and how many seconds it took to ask."""

    law: Law
    total: int
    first: list[Difference]
    seconds: float


WHAT = {
    "row": _("ledger row"),
    "balance": _("level after ledger row"),
    "level": _("level"),
    "holding": _("holding"),
    "shipped": _("shipped"),
    "received": _("received"),
    "adjusted": _("adjusted"),
    "moved_in": _("moved in"),
    "moved_out": _("moved out"),
    "net": _("net"),
    "lines": _("lines"),
    "sent": _("sent"),
    "written_off": _("written off"),
}

SHOW = """
    SELECT product.sku, warehouse.code, found.*, count(*) OVER () AS differences
    FROM ({law}) found
    LEFT JOIN catalog_product product ON product.id = found.product_id
    LEFT JOIN warehouses_warehouse warehouse ON warehouse.id = found.warehouse_id
    ORDER BY product.sku, warehouse.code, found
    LIMIT %(limit)s
"""
# The snapshot's holder waits for the others. Each law sorts or hashes the whole ledger once.
PATIENCE = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL work_mem = '128MB';
    SET LOCAL jit = off
"""
READ_ONLY = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

Question = tuple[Law, dict[str, Any]]


def verify(*, limit: int = 20, sessions: int = 2) -> Iterator[Finding]:
    """Check every law on one snapshot of the database, and yield what was found for each: at most `limit` places.

    Bookings go on meanwhile; nothing is locked. `sessions` laws are asked at the same time, over connections of their
    own; within a transaction of the caller's, whose rows no other connection sees, they are asked one by one.
    """
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if not alone:
            cursor.execute(PATIENCE)
            yield from (_ask(cursor, question, limit) for question in _questions(cursor))
            return
        cursor.execute(f"{READ_ONLY}; {PATIENCE}")
        questions = _questions(cursor)
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        with ThreadPoolExecutor(sessions) as pool:
            yield from pool.map(lambda question: _ask_apart(snapshot, question, limit), questions)


def _questions(cursor: CursorWrapper) -> list[Question]:
    """Return every law that can be asked now, with its values."""
    questions: list[Question] = [(GUARDS, wanted()), *((law, {}) for law in (*LAWS, *TRANSIT_LAWS, *COUNT_LAWS))]
    if mark := rolled_up(cursor):
        questions += [(NET, mark), *([(WEEK, mark)] if mark["first"] else [])]
    return questions


def _ask_apart(snapshot: str, question: Question, limit: int) -> Finding:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{READ_ONLY}; SET TRANSACTION SNAPSHOT '{snapshot}'; {PATIENCE}")
            return _ask(cursor, question, limit)
    finally:
        connection.close()


def _ask(cursor: CursorWrapper, question: Question, limit: int) -> Finding:
    law, values = question
    started = time.monotonic()
    cursor.execute(SHOW.format(law=law.sql), {**values, "limit": limit})
    columns = [column.name for column in cursor.description]
    rows = [dict(zip(columns, map(_shown, columns, row), strict=True)) for row in cursor.fetchall()]
    first = [Difference(row["sku"] or "", row["code"] or "", law.words % row) for row in rows]
    return Finding(law, rows[0]["differences"] if rows else 0, first, time.monotonic() - started)


def _shown(column: str, value: Any) -> Any:
    if column == "what":
        return WHAT[value]
    return format_quantity(value) if isinstance(value, Decimal) else value
