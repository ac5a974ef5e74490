"""Emptying the database after a test that commits.

Django's own flush would fail, because the ledger refuses TRUNCATE and DELETE alike, and would take away the rows that
migrations made (groups, permissions, reason codes, units), which every test may count on. So rows are deleted, past
triggers and keys, which also costs a tenth: TRUNCATE makes every file of every table and index anew.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connection

Rows = dict[str, tuple[str, list[Any]]]


GUARDED = """
    SELECT DISTINCT c.relname, has_table_privilege(c.oid, 'DELETE')
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT t.tgisinternal AND c.relname = ANY(%s)
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
    """Make every later flush of this process delete all other rows, and nothing where a table holds none."""

    def sql_flush(_self: Any, _style: Any, tables: list[str], **_options: Any) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM \"{t}\")" for t in tables))
            held = sorted(table for (table,) in cursor.fetchall())
            cursor.execute(GUARDED, [held])
            guarded = cursor.fetchall()
        kept = [table for table, may_delete in guarded if not may_delete]
        return [
            *(f'ALTER TABLE "{table}" DISABLE TRIGGER USER' for table, _ in guarded),
            *(f'GRANT DELETE ON "{table}" TO CURRENT_USER' for table in kept),
            *(_delete(table, seeded) for table in held),
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f'REVOKE DELETE ON "{table}" FROM CURRENT_USER' for table in kept),
            *(f'ALTER TABLE "{table}" ENABLE TRIGGER USER' for table, _ in guarded),
        ]

    type(connection.ops).sql_flush = sql_flush  # type: ignore[method-assign]
    # The signal would make groups, permissions and content types again; they were kept.
    flush.emit_post_migrate_signal = lambda *args, **options: None


def _delete(table: str, seeded: Rows) -> str:
    if table not in seeded:
        return f'DELETE FROM "{table}"'
    key, keys = seeded[table]
    return connection.ops.compose_sql(f'DELETE FROM "{table}" WHERE "{key}" <> ALL(%s)', [keys])
