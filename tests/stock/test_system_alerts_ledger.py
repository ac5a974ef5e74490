"""Once a night the laws of the ledger are checked, and admins are told of differences until there are none."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from alerts.models import Alert
from stock import tasks
from stock.services.nightly import verify_books
from tests.factories import person

pytestmark = pytest.mark.django_db

NIGHT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


def incidents():
    return list(Alert.objects.values_list("type", "status", "told_count", "facts"))


def put_down(bolt, quantity):
    """Write another level behind the ledger's back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE stock_inventory DISABLE TRIGGER USER")
        cursor.execute("UPDATE stock_inventory SET quantity = %s WHERE product_id = %s", [quantity, bolt.pk])
        cursor.execute("ALTER TABLE stock_inventory ENABLE TRIGGER USER")


def test_the_check_may_take_hours_and_is_not_handed_out_again_meanwhile(settings):
    assert (tasks.verify.acks_late, tasks.verify.soft_time_limit, tasks.verify.time_limit) == (False, 21_600, 21_660)
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT
    assert {each.acks_late for each in (tasks.judge, tasks.judge_by_day)} == {True}


def test_a_difference_is_told_of_until_it_is_gone(desk, north, bolt):
    person("admin")
    desk.receive(north, bolt, 10)
    tasks.verify()
    assert incidents() == []
    put_down(bolt, 9)
    found = verify_books(at=NIGHT)
    assert found > 0
    assert incidents() == [("ledger", "open", 1, {"differences": str(found)})]
    put_down(bolt, 10)
    assert verify_books(at=NIGHT) == 0
    assert [row[:3] for row in incidents()] == [("ledger", "resolved", 1)]
