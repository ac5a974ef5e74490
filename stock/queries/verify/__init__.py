"""The laws of the ledger, each one statement over all of it that returns what breaks it.

Everything is added up in the database, in sorts and hashes that spill to disk, so memory stays flat whatever the size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext_lazy as _

from inventory_site.web.quantity import format_quantity
from stock.queries.verify.books import LAWS
from stock.queries.verify.daily import MONTH, NET, draw_month
from stock.queries.verify.guards import GUARDS, wanted
from stock.queries.verify.law import Law


class Difference(NamedTuple):
    """One place where the law is broken; sku and warehouse are empty where it has none."""

    sku: str
    warehouse: str
    words: str


@dataclass(frozen=True)
class Finding:
    """What breaks one law: how often, and the first few places."""

    law: Law
    total: int
    first: list[Difference]


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
}

SHOW = """
    SELECT product.sku, warehouse.code, found.*, count(*) OVER () AS differences
    FROM ({law}) found
    LEFT JOIN catalog_product product ON product.id = found.product_id
    LEFT JOIN warehouses_warehouse warehouse ON warehouse.id = found.warehouse_id
    ORDER BY product.sku, warehouse.code, found
    LIMIT %(limit)s
"""
PATIENCE = "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"


def verify(*, limit: int = 20) -> Iterator[Finding]:
    """Check every law on one snapshot of the database, and yield what was found for each: at most `limit` places.

    Bookings go on meanwhile; nothing is locked.
    """
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(PATIENCE)
        yield _ask(cursor, GUARDS, {**wanted(), "limit": limit})
        for law in (*LAWS, NET):
            yield _ask(cursor, law, {"limit": limit})
        if month := draw_month(cursor):
            yield _ask(cursor, MONTH, {**month, "limit": limit})


def _ask(cursor: CursorWrapper, law: Law, values: dict[str, Any]) -> Finding:
    cursor.execute(SHOW.format(law=law.sql), values)
    columns = [column.name for column in cursor.description]
    rows = [dict(zip(columns, map(_shown, columns, row), strict=True)) for row in cursor.fetchall()]
    first = [Difference(row["sku"] or "", row["code"] or "", law.words % row) for row in rows]
    return Finding(law, rows[0]["differences"] if rows else 0, first)


def _shown(column: str, value: Any) -> Any:
    if column == "what":
        return WHAT[value]
    return format_quantity(value) if isinstance(value, Decimal) else value
