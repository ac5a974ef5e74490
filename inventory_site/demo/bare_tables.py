"""Filling big tables fast: their indexes and keys go away for the load and come back, validated, after it.

Checks stay, and the ledger's triggers. A million ledger rows cost ten times as much with the indexes live. The triggers
of the levels look at each level twice, one at a time: they rest meanwhile, and the caller asks the same of all at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from inventory_site.demo.statements import Progress

# Primary keys and unique constraints of the ledger too; levels keep theirs, which their triggers read by.
CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE (contype = 'f' AND (conrelid = ANY(%(all)s::regclass[]) OR confrelid = ANY(%(bare)s::regclass[])))
       OR (contype IN ('p', 'u') AND conrelid = ANY(%(bare)s::regclass[]))
    ORDER BY contype = 'f', conrelid, conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY(%(bare)s::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY indexrelid
"""


@dataclass(frozen=True)
class Tables:
    """Which tables lose their indexes and keys (`bare`), and which only foreign keys and triggers (`levels`)."""

    bare: tuple[str, ...]
    levels: tuple[str, ...] = ()


LEDGER = Tables(("stock_operation", "stock_stocktransaction"), ("stock_inventory", "stock_holding"))
AUDIT = Tables(("auditlog_logentry",))


@contextmanager
def without_indexes(tables: Tables, progress: Progress, what: str) -> Iterator[None]:
    """Take the indexes and keys off the tables, and the foreign keys and triggers off the levels; put them back.

    The caller's transaction holds the tables' exclusive locks from here on.
    """
    bare, levels = list(tables.bare), list(tables.levels)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(CONSTRAINTS, {"all": bare + levels, "bare": bare})
        constraints = cursor.fetchall()
        cursor.execute(INDEXES, {"bare": bare})
        indexes = cursor.fetchall()
        for table, name, _definition in reversed(constraints):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for table in levels:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield
    with progress.step(what), connection.cursor() as cursor:
        for table in levels:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
