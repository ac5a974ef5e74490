"""Escalation: a critical alert that nobody takes in the warehouse's time goes to its next in line, once."""

from datetime import timedelta

import pytest

from alerts.models import Alert, Delivery
from alerts.services import acknowledge, escalate
from tests.alerts.conftest import MONDAY
from tests.factories import person

LATE = MONDAY + timedelta(minutes=60)


def told():
    rows = Delivery.objects.filter(facts__because="escalated").order_by("person__name", "channel")
    return list(rows.values_list("person__name", "channel"))


def put_next(north, who):
    north.next_in_line = who
    north.save()


@pytest.fixture
def nora(north):
    """Nora, who works in NORTH and is its next in line."""
    made = person("staff", {north: "operate"}, name="Nora")
    put_next(north, made)
    return made


def test_who_is_next_in_line_is_told_once(see, mona, nora):
    alert = see("out")
    assert [escalate(at=LATE), escalate(at=LATE + timedelta(hours=1))] == [1, 0]
    alert.refresh_from_db()
    assert (alert.status, alert.escalated) == ("open", LATE)
    assert told() == [("Nora", "app"), ("Nora", "email")]
    assert list(alert.events.values_list("kind", flat=True)) == ["opened", "told", "escalated", "told"]


def test_not_before_the_warehouse_s_time(see, north, mona, nora):
    see("out")
    assert escalate(at=LATE - timedelta(seconds=1)) == 0
    north.escalate_minutes = 5
    north.save()
    assert escalate(at=MONDAY + timedelta(minutes=5)) == 1


def test_only_what_is_critical_goes_on(see, mona, nora):
    see("low")
    assert escalate(at=LATE) == 0


def test_what_somebody_has_acknowledged_stays_with_them(see, mona, nora):
    acknowledge(alert=see("out"), by=mona, at=MONDAY)
    assert escalate(at=LATE) == 0
    assert told() == []


def test_what_is_resolved_goes_nowhere(see, mona, nora):
    see("out")
    see(None, at=MONDAY + timedelta(minutes=1))
    assert escalate(at=LATE) == 0


def test_the_time_begins_anew_when_it_gets_worse(see, mona, nora):
    see("low")
    see("out", at=MONDAY + timedelta(minutes=30))
    assert escalate(at=LATE) == 0
    assert escalate(at=LATE + timedelta(minutes=30)) == 1


def test_without_a_next_in_line_the_admins_are_told(see, mona):
    person("admin", name="Ada")
    see("out")
    escalate(at=LATE)
    assert told() == [("Ada", "app"), ("Ada", "email")]


@pytest.mark.parametrize("why", ["never could", "not active"])
def test_where_the_next_in_line_may_not_see_it_the_admins_are_told(see, north, south, mona, why):
    person("admin", name="Ada")
    rights = {south: "operate"} if why == "never could" else {north: "operate"}
    gone = person("staff", rights, name="Gone", **({"status": "inactive"} if why == "not active" else {}))
    put_next(north, gone)
    see("out")
    escalate(at=LATE)
    assert told() == [("Ada", "app"), ("Ada", "email")]


def test_with_nobody_to_tell_it_is_escalated_all_the_same(see, mona):
    alert = see("out")
    assert escalate(at=LATE) == 1
    alert.refresh_from_db()
    assert (alert.escalated, told()) == (LATE, [])


@pytest.mark.parametrize("alerts", [1, 3, 50])
def test_it_costs_the_same_for_every_number_of_alerts(see, mona, nora, alerts, django_assert_num_queries):
    from tests.factories import ProductFactory

    for product in ProductFactory.create_batch(alerts):
        see("out", product=product)
    with django_assert_num_queries(9):
        assert escalate(at=LATE) == alerts


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_once(see, mona, nora, at_once):
    see("out")
    assert sum(at_once(*[lambda: escalate(at=LATE)] * 2)) == 1
    assert told() == [("Nora", "app"), ("Nora", "email")]
    assert Alert.objects.get().escalated == LATE
