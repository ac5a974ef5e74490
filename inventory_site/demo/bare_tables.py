"""Filling big tables fast: their indexes and keys go away for the load and come back, validated, after it.

Checks and triggers stay. A million ledger rows cost ten times as much with the indexes live.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from inventory_site.demo.statements import Progress

# Primary keys and unique constraints of the ledger too; levels keep theirs, which their triggers read by.
CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE (contype = 'f' AND (conrelid = ANY(%(all)s::regclass[]) OR confrelid = ANY(%(ledger)s::regclass[])))
       OR (contype IN ('p', 'u') AND conrelid = ANY(%(ledger)s::regclass[]))
    ORDER BY contype = 'f', conrelid, conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY(%(ledger)s::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY indexrelid
"""
LEDGER = ["stock_operation", "stock_stocktransaction"]
LEVELS = ["stock_inventory", "stock_holding"]


@contextmanager
def without_indexes(progress: Progress, what: str) -> Iterator[None]:
    """Take the indexes and keys off the ledger, and the foreign keys off the levels; put them back at the end.

    The caller's transaction holds the tables' exclusive locks from here on. Fires the deferred triggers at the end:
    no index can be made while one waits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(CONSTRAINTS, {"all": LEDGER + LEVELS, "ledger": LEDGER})
        constraints = cursor.fetchall()
        cursor.execute(INDEXES, {"ledger": LEDGER})
        indexes = cursor.fetchall()
        for table, name, _definition in reversed(constraints):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield
    with progress.step(what), connection.cursor() as cursor:
        # The triggers' own queries are planned by what is known of the tables.
        cursor.execute("ANALYZE " + ", ".join(LEVELS))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
