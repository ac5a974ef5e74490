"""Quiet hours and digests go by the clock on the wall of each person, daylight saving or not."""

from datetime import UTC, datetime, time

import pytest
import time_machine

from accounts.models import User
from alerts.delivery import relay
from alerts.models import Delivery, Preferences, Subscription
from alerts.queries.recipients import digest_due, quiet_end

# An hour (in Lord Howe half of one) is left out or comes twice at:
# Berlin 2027-03-28 01:00 and 10-31 01:00, New York 2027-03-14 07:00 and 11-07 06:00,
# Lord Howe 2027-10-02 15:30 and 04-03 15:00, all by UTC.


def utc(text):
    return datetime.fromisoformat(f"2027-{text}").replace(tzinfo=UTC)


def somebody(zone, **chosen):
    person = User(name="Mona", time_zone=zone)
    person.preferences = Preferences(person=person, **chosen)
    return person


@pytest.mark.parametrize(
    ("zone", "hours", "now", "end"),
    [
        # Through the night in which an hour is left out, and in which one comes twice.
        ("Europe/Berlin", "22:00 06:00", "03-27 23:00", "03-28 04:00"),
        ("Europe/Berlin", "22:00 06:00", "10-30 21:00", "10-31 05:00"),
        ("America/New_York", "22:00 06:00", "03-14 06:30", "03-14 10:00"),
        ("America/New_York", "22:00 06:00", "11-07 05:30", "11-07 11:00"),
        ("Australia/Lord_Howe", "22:00 06:00", "10-02 15:00", "10-02 19:00"),
        ("Australia/Lord_Howe", "22:00 06:00", "04-03 14:00", "04-03 19:30"),
        # They end at a time that is left out: an hour later by the clock, which is the same moment.
        ("Europe/Berlin", "22:00 02:30", "03-28 00:30", "03-28 01:30"),
        ("America/New_York", "22:00 02:30", "03-14 06:30", "03-14 07:30"),
        ("Australia/Lord_Howe", "22:00 02:15", "10-02 15:15", "10-02 15:45"),
        # They end at a time that comes twice: the first time, and do not begin again.
        ("Europe/Berlin", "22:00 02:30", "10-31 00:15", "10-31 00:30"),
        ("Europe/Berlin", "22:00 02:30", "10-31 01:15", None),
        ("America/New_York", "22:00 01:30", "11-07 05:15", "11-07 05:30"),
        ("America/New_York", "22:00 01:30", "11-07 06:15", None),
        ("Australia/Lord_Howe", "22:00 01:45", "04-03 14:40", "04-03 14:45"),
        ("Australia/Lord_Howe", "22:00 01:45", "04-03 15:10", None),
        # On such a day, but within it; and the moments at which they begin and end.
        ("Europe/Berlin", "13:00 15:00", "03-28 11:30", "03-28 13:00"),
        ("Europe/Berlin", "13:00 15:00", "03-28 11:00", "03-28 13:00"),
        ("Europe/Berlin", "13:00 15:00", "03-28 13:00", None),
        ("Europe/Berlin", "13:00 15:00", "03-28 10:59", None),
    ],
)
def test_quiet_hours_end_when_their_clock_says_so(zone, hours, now, end):
    begins, ends = map(time.fromisoformat, hours.split())
    found = quiet_end(somebody(zone, quiet_from=begins, quiet_until=ends), utc(now))
    assert found == (end and utc(end))


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        ("Europe/Berlin", "07:00", "03-26 12:00", ["03-27 06:00", "03-28 05:00", "03-29 05:00"]),
        ("Europe/Berlin", "07:00", "10-29 12:00", ["10-30 05:00", "10-31 06:00", "11-01 06:00"]),
        ("America/New_York", "07:00", "03-12 18:00", ["03-13 12:00", "03-14 11:00", "03-15 11:00"]),
        ("Australia/Lord_Howe", "07:00", "10-01 00:00", ["10-01 20:30", "10-02 20:00", "10-03 20:00"]),
        # At a time that is left out.
        ("Europe/Berlin", "02:30", "03-26 12:00", ["03-27 01:30", "03-28 01:30", "03-29 00:30"]),
        ("America/New_York", "02:30", "03-12 18:00", ["03-13 07:30", "03-14 07:30", "03-15 06:30"]),
        ("Australia/Lord_Howe", "02:15", "10-01 00:00", ["10-01 15:45", "10-02 15:45", "10-03 15:15"]),
        # At one that comes twice.
        ("Europe/Berlin", "02:30", "10-29 12:00", ["10-30 00:30", "10-31 00:30", "11-01 01:30"]),
        ("America/New_York", "01:30", "11-05 18:00", ["11-06 05:30", "11-07 05:30", "11-08 06:30"]),
        ("Australia/Lord_Howe", "01:45", "04-02 00:00", ["04-02 14:45", "04-03 14:45", "04-04 15:15"]),
    ],
)
def test_there_is_one_digest_a_day_at_its_hour(zone, at, after, expected):
    person, moment, found = somebody(zone, digest_at=time.fromisoformat(at)), utc(after), []
    for _ in expected:
        moment = digest_due(person, moment)
        found.append(f"{moment:%m-%d %H:%M}")
    assert found == expected


def test_a_digest_whose_hour_is_quiet_leaves_at_the_end_of_the_quiet():
    person = somebody("Europe/Berlin", digest_at=time(2, 30), quiet_from=time(22), quiet_until=time(6))
    assert digest_due(person, utc("03-27 12:00")) == utc("03-28 04:00")
    assert digest_due(person, utc("10-30 12:00")) == utc("10-31 05:00")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("zone", "now", "quiet", "over"),
    [
        ("Europe/Berlin", "03-28 00:30", "03-28 04:00", "03-28 04:00"),
        ("America/New_York", "11-07 05:30", "11-07 11:00", "11-07 11:00"),
        ("Australia/Lord_Howe", "04-03 14:00", "04-03 19:30", "04-03 19:30"),
    ],
)
def test_what_waited_for_the_end_of_the_quiet_leaves_then(
    zone, now, quiet, over, see, mona, make_due, mail_server, django_user_model
):
    django_user_model.objects.filter(pk=mona.pk).update(time_zone=zone)
    Preferences.objects.create(person=mona, quiet_from=time(22), quiet_until=time(6))
    with time_machine.travel(utc(now), tick=False):
        see("low", at=utc(now))
        row = Delivery.objects.leaving().get()
        assert (row.status, row.next_attempt) == ("waiting", utc(quiet))
        # A worker that takes it too early puts it back, once.
        make_due()
        assert relay() == 0
        row.refresh_from_db()
        assert (row.status, row.attempts, row.next_attempt) == ("waiting", 0, utc(quiet))
    with time_machine.travel(utc(over), tick=False):
        make_due()
        assert relay() == 1
    assert mail_server.recipients == ["mona@example.com"]


@pytest.mark.django_db(transaction=True)
def test_in_an_hour_that_comes_a_second_time_nothing_waits(see, mona, make_due, mail_server, django_user_model):
    django_user_model.objects.filter(pk=mona.pk).update(time_zone="Europe/Berlin")
    Preferences.objects.create(person=mona, quiet_from=time(22), quiet_until=time(2, 30))
    with time_machine.travel(utc("10-31 01:15"), tick=False):
        see("low", at=utc("10-31 01:15"))
        make_due()
        assert relay() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("Europe/Berlin", "03-27 12:00", "03-28 05:00"),
        ("America/New_York", "11-06 18:00", "11-07 12:00"),
        ("Australia/Lord_Howe", "10-02 00:00", "10-02 20:00"),
    ],
)
def test_what_is_for_a_digest_waits_for_its_hour(zone, now, due, see, mona, django_user_model):
    django_user_model.objects.filter(pk=mona.pk).update(time_zone=zone)
    Subscription.objects.create(person=mona, kind="low", channel="email", mode="digest")
    see("low", at=utc(now))
    row = Delivery.objects.leaving().get()
    assert (row.status, row.next_attempt) == ("digest", utc(due))
