"""Moments of the tests: now by the clock that the books go by, and as a page's address has it."""

from django.db import connection


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def typed(moment):
    """Write a moment exactly, with its zone; the picker itself sends minutes in the reader's zone."""
    return moment.isoformat()
