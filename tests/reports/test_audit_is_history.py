"""Rows of the audit log are added, and nothing changes them: the database refuses whoever writes."""

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests.factories import person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited_rows")]

WAYS = {
    "edited": lambda: LogEntry.objects.update(object_repr="forged"),
    "deleted": lambda: LogEntry.objects.all().delete(),
    "given to nobody": lambda: LogEntry.objects.update(actor=None),
    "flushed": lambda: call_command("auditlogflush", "--yes", verbosity=0),
    "truncated": lambda: execute("TRUNCATE auditlog_logentry"),
    "edited by who was granted everything": lambda: execute(
        "GRANT ALL ON auditlog_logentry TO CURRENT_USER; DELETE FROM auditlog_logentry"
    ),
}


def execute(sql):
    with connection.cursor() as cursor:
        # What waits for the end of the transaction would refuse to empty the table by itself.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


@pytest.mark.parametrize("way", WAYS)
def test_the_audit_log_is_never(way):
    person("manager")
    before = list(LogEntry.objects.order_by("pk").values())
    assert before
    with pytest.raises(DatabaseError, match="the audit log is append-only"), transaction.atomic():
        WAYS[way]()
    assert list(LogEntry.objects.order_by("pk").values()) == before
