"""Transactions of somebody else, in the tests of what is final and what is not."""

import time
from contextlib import contextmanager

import psycopg
from django.db import connection


@contextmanager
def another_connection():
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    with psycopg.connect(**wanted) as other:
        yield other


def wait_for_the_horizon():
    """Wait until every committed row lies below it: tests of other workers run in databases of the same cluster."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > greatest(
                       (SELECT max(xact) FROM stock_stocktransaction), (SELECT max(xact) FROM auditlog_logentry)
                   )"""
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise TimeoutError("a transaction stays open")
