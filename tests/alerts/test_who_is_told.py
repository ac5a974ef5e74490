"""An alert goes to the managers of its warehouse, and to the admins where there are none."""

from datetime import timedelta

import pytest

from accounts.models import User
from alerts.models import Alert, Delivery
from tests.alerts.conftest import MONDAY
from tests.factories import person


def told():
    return sorted(Delivery.objects.leaving().values_list("person__name", flat=True))


def test_each_manager_of_the_warehouse_is_told_and_nobody_else(see, north, south):
    person("manager", {north: "manage"}, name="Mona")
    person("manager", {north: "manage", south: "view"}, name="Max")
    person("manager", {north: "operate"}, name="Operating manager")
    person("staff", {north: "manage"}, name="Staff whose role is a ceiling")
    person("manager", {south: "manage"}, name="Manager of the other warehouse")
    person("manager", {north: "manage"}, name="Suspended", status=User.Status.SUSPENDED)
    person("admin", name="Ada")
    see("low")
    assert told() == ["Max", "Mona"]


def test_where_no_manager_is_the_admins_are_told(see, north, south):
    person("manager", {north: "operate"}, name="Operating manager")
    person("manager", {south: "manage"}, name="Manager of the other warehouse")
    person("admin", name="Ada")
    person("admin", name="Suspended admin", status=User.Status.SUSPENDED)
    see("low")
    assert told() == ["Ada"]


def test_managers_of_two_warehouses_are_told_of_their_own_alone(see, north, south):
    person("manager", {north: "manage"}, name="Mona")
    person("manager", {south: "manage"}, name="Sven")
    see("low", warehouse=south)
    assert told() == ["Sven"]


def test_what_nobody_could_be_told_is_told_as_soon_as_there_is_somebody(see, north):
    alert = see("low")
    assert (told(), alert.told_rank, alert.told_count) == ([], 0, 0)
    person("manager", {north: "manage"}, name="Mona")
    alert = see("low", at=MONDAY + timedelta(minutes=15))
    assert (told(), alert.told_rank, alert.told_count) == (["Mona"], 2, 1)


def test_a_manager_who_comes_later_is_not_told_of_what_was_told_before(see, north):
    person("manager", {north: "manage"}, name="Mona")
    see("out")
    person("manager", {north: "manage"}, name="Late")
    see("low")
    assert told() == ["Mona"]
    assert Alert.objects.get().told_count == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_after_the_commit_and_not_before(see, found, mona, settings):
    import redis
    from django.db import transaction

    from alerts.services import observe

    with redis.Redis.from_url(settings.BROKER_URL) as broker:
        with transaction.atomic():
            observe([found("low")], now=MONDAY)
            assert broker.llen("notify") + broker.llen("celery") + broker.llen("default") == 0
        assert sum(broker.llen(queue) for queue in ("notify", "celery", "default")) == 1
