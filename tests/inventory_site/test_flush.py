"""After a test that commits, the database is as the migrations left it."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from catalog.models import Unit


@pytest.mark.django_db(transaction=True)
def test_flush_keeps_seeded_rows_and_the_trigger():
    def kept():
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
            return list(Group.objects.order_by("pk")), list(Unit.objects.order_by("pk")), cursor.fetchall()

    before = kept()
    assert "ledger_refuses_truncate" in [name for name, _ in before[2]]
    Unit.objects.create(code="flush", name="made by a test")
    call_command("flush", interactive=False, verbosity=0)
    assert kept() == before
