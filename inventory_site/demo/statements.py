"""Running the SQL of the loader, with its progress on standard error."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import ClientCursor

Row = TypeVar("Row")
FOLDER = Path(__file__).with_name("sql")
# Sorting ten million rows wants memory; a JIT compiler in some builds and none in others would make times a lottery.
PATIENCE = """
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = '10s';
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL work_mem = '256MB';
    SET LOCAL maintenance_work_mem = '512MB';
    SET LOCAL max_parallel_workers_per_gather = 2;
    SET LOCAL parallel_tuple_cost = 0.01;
    SET LOCAL max_parallel_maintenance_workers = 2;
    SET LOCAL jit = off;
"""
STAGING = """
    SELECT relname FROM pg_class
    WHERE relname LIKE 'demo\\_%' AND relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def be_patient() -> None:
    """Give this transaction the time and memory that a bulk load takes."""
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)


def run(file: str, values: dict[str, Any] | None = None) -> None:
    """Run a file of statements from `sql/`; `%(name)s` stands for one of the values.

    The values are written into the text: the server binds values to one statement alone, not to a file of them.
    """
    connection.ensure_connection()
    with ClientCursor(connection.connection) as cursor:
        cursor.execute((FOLDER / file).read_text(encoding="utf-8"), values or {})


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Fill a table with rows, by COPY."""
    names = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def drop_staging() -> None:
    """Drop the tables that the loader worked in."""
    with connection.cursor() as cursor:
        cursor.execute(STAGING)
        if tables := [row[0] for row in cursor.fetchall()]:
            cursor.execute("DROP TABLE " + ", ".join(tables))


class Progress:
    """What the loader is doing, for a person who waits."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say what begins, and how long it took when it ends."""
        started = time.monotonic()
        self._write(f"{what} ... ")
        yield
        self._write(_("%.1f s\n") % (time.monotonic() - started))

    def bar(self, rows: Iterable[Row], total: int) -> Iterator[Row]:
        """Pass the rows through and draw how many of them are done, at most a hundred times."""
        every = max(1, total // 100)
        for number, row in enumerate(rows, 1):
            yield row
            if self.is_terminal and (number % every == 0 or number == total):
                done = number * 30 // total
                self._write(f"\r[{'#' * done}{'.' * (30 - done)}] {number * 100 // total:3}% ")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
