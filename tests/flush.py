"""Emptying the database after a test that commits.

Django's own flush would fail, because the ledger's trigger refuses TRUNCATE, and would take away the rows that
migrations made (groups, permissions, reason codes, units), which every test may count on. So during the flush the
triggers that refuse TRUNCATE are off, and tables that held rows after the migrations get back to just those rows.
"""

from collections.abc import Callable
from typing import Any

from django.core.management.commands import flush
from django.db import connection

Rows = dict[str, tuple[str, list[Any]]]

REFUSING = """
    SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND t.tgtype & 32 <> 0 AND c.relname = ANY(%s)
"""


def seeded_rows() -> Rows:
    """Read the primary keys of every table that is not empty: table, its key's column, the keys."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            key = connection.introspection.get_primary_key_column(cursor, table)
            if key is None:
                continue
            cursor.execute(f'SELECT "{key}" FROM "{table}"')
            if keys := [row[0] for row in cursor.fetchall()]:
                found[table] = (key, keys)
    return found


def keep_seeded_rows(seeded: Rows) -> None:
    """Make every later flush of this process keep these rows and get past the ledger's trigger."""
    operations = type(connection.ops)
    plain: Callable[..., list[str]] = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        emptied = sorted(set(tables) - set(seeded))
        with connection.cursor() as cursor:
            cursor.execute(REFUSING, [emptied])
            triggers = cursor.fetchall()
            others = [
                connection.ops.compose_sql(f'DELETE FROM "{table}" WHERE "{key}" <> ALL(%s)', [keys])
                for table, (key, keys) in seeded.items()
            ]
        return [
            *[f'ALTER TABLE "{table}" DISABLE TRIGGER "{trigger}"' for table, trigger in triggers],
            *plain(self, style, emptied, **options),
            *[f'ALTER TABLE "{table}" ENABLE TRIGGER "{trigger}"' for table, trigger in triggers],
            *others,
        ]

    operations.sql_flush = sql_flush  # type: ignore[method-assign]
    # The signal would make groups, permissions and content types again; they were kept.
    flush.emit_post_migrate_signal = lambda *args, **options: None
