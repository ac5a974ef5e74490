"""Snoozing: an alert rests until a moment, then it is open again and those whom it waits for are told."""

from datetime import timedelta

import pytest

from alerts.errors import AlertRefused, AlertResolved
from alerts.models import Alert, AlertEvent, Delivery
from alerts.services import acknowledge, assign, snooze, wake
from tests.alerts.conftest import MONDAY
from tests.factories import person

HOUR = timedelta(hours=1)


def told(because):
    rows = Delivery.objects.filter(facts__because=because).order_by("person__name", "channel")
    return list(rows.values_list("person__name", "channel"))


def kinds(alert):
    return list(alert.events.values_list("kind", flat=True))


def test_an_alert_rests_until_the_moment_and_belongs_to_who_let_it_rest(see, mona):
    alert = snooze(alert=see("low"), by=mona, until=MONDAY + HOUR, at=MONDAY)
    alert.refresh_from_db()
    assert (alert.status, alert.snoozed_until, alert.snoozed_by) == ("snoozed", MONDAY + HOUR, mona)
    assert alert.assignee == mona
    assert kinds(alert) == ["opened", "told", "snoozed"]


def test_the_same_rest_twice_is_one(see, mona):
    alert = see("low")
    for _ in range(2):
        snooze(alert=alert, by=mona, until=MONDAY + HOUR, at=MONDAY)
    assert kinds(alert) == ["opened", "told", "snoozed"]


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (timedelta(0), "That moment is past."),
        (-HOUR, "That moment is past."),
        (timedelta(days=30, hours=1), "at most 30 days"),
    ],
)
def test_a_moment_that_is_past_or_too_far_is_refused(see, mona, until, words):
    alert = see("low")
    with pytest.raises(AlertRefused, match=words):
        snooze(alert=alert, by=mona, until=MONDAY + until, at=MONDAY)
    alert.refresh_from_db()
    assert alert.status == "open"


def test_thirty_days_are_allowed(see, mona):
    alert = snooze(alert=see("low"), by=mona, until=MONDAY + timedelta(days=30), at=MONDAY)
    assert alert.status == "snoozed"


def test_one_that_has_resolved_itself_meanwhile_does_not_rest(see, mona):
    see("low")
    with pytest.raises(AlertResolved, match="resolved itself meanwhile"):
        snooze(alert=see(None), by=mona, until=MONDAY + HOUR, at=MONDAY)


def test_nobody_is_woken_before_the_time(see, mona):
    alert = snooze(alert=see("low"), by=mona, until=MONDAY + HOUR, at=MONDAY)
    assert wake(at=MONDAY + HOUR - timedelta(seconds=1)) == 0
    alert.refresh_from_db()
    assert alert.status == "snoozed"


def test_after_it_the_alert_is_open_and_who_snoozed_and_who_has_it_are_told_once(see, north, mona):
    max_ = person("staff", {north: "operate"}, name="Max")
    alert = see("low")
    assign(alert=alert, to=max_, by=mona, at=MONDAY)
    snooze(alert=alert, by=mona, until=MONDAY + HOUR, at=MONDAY)
    assert [wake(at=MONDAY + HOUR), wake(at=MONDAY + HOUR)] == [1, 0]
    alert.refresh_from_db()
    assert (alert.status, alert.snoozed_until, alert.snoozed_by, alert.assignee) == ("open", None, None, max_)
    assert alert.opened == MONDAY + HOUR
    assert told("woke") == [("Max", "app"), ("Max", "email"), ("Mona", "app"), ("Mona", "email")]
    assert kinds(alert) == ["opened", "told", "assigned", "told", "snoozed", "woke", "told"]


def test_who_may_not_see_the_warehouse_any_more_is_not_told(see, north, mona):
    from accounts.services import set_right

    alert = snooze(alert=see("low"), by=mona, until=MONDAY + HOUR, at=MONDAY)
    set_right(person=mona, warehouse=north, right=None)
    assert wake(at=MONDAY + HOUR) == 1
    alert.refresh_from_db()
    assert alert.status == "open"
    assert told("woke") == []


def test_one_that_was_acknowledged_before_it_rested_has_to_be_acknowledged_anew(see, mona):
    alert = see("low")
    acknowledge(alert=alert, by=mona, at=MONDAY)
    snooze(alert=alert, by=mona, until=MONDAY + HOUR, at=MONDAY)
    wake(at=MONDAY + HOUR)
    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged, alert.acknowledged_by) == ("open", None, None)


def test_what_gets_worse_does_not_rest(see, mona):
    snooze(alert=see("low"), by=mona, until=MONDAY + HOUR, at=MONDAY)
    alert = see("out", at=MONDAY + timedelta(minutes=1))
    assert (alert.status, alert.snoozed_until) == ("open", None)


@pytest.mark.django_db(transaction=True)
def test_two_workers_wake_each_alert_once(see, mona, at_once):
    alert = snooze(alert=see("low"), by=mona, until=MONDAY + HOUR, at=MONDAY)
    at_once(*[lambda: wake(at=MONDAY + HOUR)] * 2)
    assert Alert.objects.get().status == "open"
    assert AlertEvent.objects.filter(alert=alert, kind="woke").count() == 1
