"""The loader makes up an audit log as long as one wishes, in order of time, and leaves its indexes as they were."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reports.models import AuditRow

pytestmark = pytest.mark.django_db

INDEXES = "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'auditlog_logentry'::regclass"
KEYS = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'auditlog_logentry'::regclass"


def asked(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {text for (text,) in cursor.fetchall()}


def load(**more):
    size = ["--products", "50", "--movements", "2000", "--days", "30", "--until", "2026-11-20T10:00Z"]
    call_command("load_demo", *size, **more, stdout=io.StringIO())


def test_as_many_rows_as_asked_for_two_years_of_them_in_order():
    before = asked(INDEXES), asked(KEYS)
    load(audit=2000)
    rows = list(AuditRow.objects.filter(timestamp__lte="2026-11-20T10:00Z").order_by("id"))
    assert len(rows) == 2000
    assert [row.timestamp for row in rows] == sorted(row.timestamp for row in rows)
    assert (rows[-1].timestamp - rows[0].timestamp).days == 729
    assert {row.content_type.model for row in rows} == {
        *("product", "inventory", "location", "user", "warehouse", "stocktransaction"),
    }
    places = {row.additional_data.get("warehouse") for row in rows}
    assert len(places) == 11
    assert (asked(INDEXES), asked(KEYS)) == before


def test_none_unless_asked_for():
    load()
    assert not AuditRow.objects.filter(timestamp__lte="2026-11-20T10:00Z").exists()


def test_fewer_than_none_are_refused():
    with pytest.raises(CommandError, match="--audit must be from 0"):
        load(audit=-1)
