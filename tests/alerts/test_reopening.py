"""A cause that returns soon re-opens its incident instead of making another."""

from datetime import timedelta

import pytest

from alerts.models import Alert, Delivery
from alerts.services import acknowledge, escalate
from tests.alerts.conftest import MONDAY
from tests.factories import person

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("mona")


def test_a_return_within_the_time_of_the_warehouse_reopens_and_tells_nobody(see):
    first = see("low")
    see(None, at=MONDAY + HOUR)
    again = see("low", at=MONDAY + 4.9 * HOUR, quantity="7")
    assert again == first
    assert (again.status, again.resolved, again.created) == ("open", None, MONDAY)
    assert again.facts["quantity"] == "7"
    assert Delivery.objects.leaving().count() == 1


def test_a_return_that_is_more_severe_than_what_was_told_is_told(see):
    see("low")
    see(None)
    alert = see("out", at=MONDAY + HOUR)
    assert (Alert.objects.count(), alert.type, alert.told_count) == (1, "out", 2)
    assert Delivery.objects.leaving().count() == 2


def test_a_return_as_severe_as_what_was_told_at_worst_is_not_told(see):
    see("out")
    see("low")
    see(None)
    see("out", at=MONDAY + HOUR)
    assert Delivery.objects.leaving().count() == 1


def test_a_return_after_the_time_makes_a_new_incident_and_tells(see):
    first = see("low")
    see(None)
    second = see("low", at=MONDAY + 4 * HOUR)
    assert second != first
    assert (second.status, Alert.objects.get(pk=first.pk).status) == ("open", "resolved")
    assert Delivery.objects.leaving().count() == 2


def test_the_time_is_the_warehouses_own(see, north):
    north.reopen_hours = 0
    first = see("low")
    see(None)
    assert see("low") != first


def test_the_time_counts_from_the_last_end(see):
    first = see("low")
    see(None, at=MONDAY)
    see("low", at=MONDAY + 3 * HOUR)
    see(None, at=MONDAY + 6 * HOUR)
    assert see("low", at=MONDAY + 9 * HOUR) == first


@pytest.mark.django_db(transaction=True)
def test_observers_at_the_same_moment_reopen_once(see, at_once):
    see("low")
    see(None)
    at_once(*[lambda: see("out", at=MONDAY + HOUR)] * 6)
    assert Alert.objects.count() == 1
    assert Delivery.objects.leaving().count() == 2


def test_a_quiet_return_stays_with_whom_it_was_acknowledged_by(see, mona, north):
    nora = person("staff", {north: "operate"}, name="Nora")
    north.next_in_line = nora
    north.save()
    acknowledge(alert=see("out"), by=mona, at=MONDAY)
    for hour, kind in enumerate((None, "out", "low", "out", None, "low", "out"), start=1):
        alert = see(kind, at=MONDAY + hour * HOUR)
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", mona)
    assert escalate(at=MONDAY + 12 * HOUR) == 0
    assert not Delivery.objects.filter(person=nora).exists()


def test_what_went_to_the_next_in_line_goes_there_once_however_often_it_returns(see, mona, north):
    see("out")
    assert escalate(at=MONDAY + 2 * HOUR) == 1
    for hour in (3, 5, 7):
        see(None, at=MONDAY + hour * HOUR)
        see("out", at=MONDAY + (hour + 1) * HOUR)
    assert escalate(at=MONDAY + 12 * HOUR) == 0
