"""A warehouse's day begins once, at its own sweep hour by the clock on its wall, daylight saving or not."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from stock.models import SweepMark
from stock.services.sweep import turn_days
from tests.desk import at_once
from tests.factories import WarehouseFactory

pytestmark = pytest.mark.django_db

MIDNIGHT = datetime(2027, 6, 10, tzinfo=UTC)


def turns(warehouse, around):
    """Return when, by UTC, a warehouse's day begins from the day before this one to the day after, by its calendar.

    Asked every five minutes, as the beat does.
    """
    zone = ZoneInfo(warehouse.time_zone)
    first = datetime.combine(around - timedelta(days=1), time(), zone).astimezone(UTC)
    last = datetime.combine(around + timedelta(days=2), time(), zone).astimezone(UTC)
    turn_days(at=first - timedelta(minutes=5))
    found = []
    while first < last:
        found += [f"{first:%m-%d %H:%M}"] * len(turn_days(at=first))
        first += timedelta(minutes=5)
    return found


@pytest.mark.parametrize(
    ("zone", "hour", "around", "expected"),
    [
        # Winter to summer: an hour (in Lord Howe half of one) is left out.
        ("Europe/Berlin", 5, "2027-03-28", ["03-27 04:00", "03-28 03:00", "03-29 03:00"]),
        ("Europe/Berlin", 2, "2027-03-28", ["03-27 01:00", "03-28 01:00", "03-29 00:00"]),
        ("America/New_York", 2, "2027-03-14", ["03-13 07:00", "03-14 07:00", "03-15 06:00"]),
        ("Australia/Lord_Howe", 2, "2027-10-03", ["10-01 15:30", "10-02 15:30", "10-03 15:00"]),
        # Summer to winter: it comes twice.
        ("Europe/Berlin", 2, "2027-10-31", ["10-30 00:00", "10-31 00:00", "11-01 01:00"]),
        ("Europe/Berlin", 3, "2027-10-31", ["10-30 01:00", "10-31 02:00", "11-01 02:00"]),
        ("America/New_York", 1, "2027-11-07", ["11-06 05:00", "11-07 05:00", "11-08 06:00"]),
        ("Australia/Lord_Howe", 1, "2027-04-04", ["04-02 14:00", "04-03 14:00", "04-04 14:30"]),
        ("Australia/Lord_Howe", 2, "2027-04-04", ["04-02 15:00", "04-03 15:30", "04-04 15:30"]),
    ],
)
def test_it_begins_once_a_day_at_its_hour(zone, hour, around, expected):
    warehouse = WarehouseFactory(time_zone=zone, sweep_hour=hour)
    assert turns(warehouse, date.fromisoformat(around)) == expected


def test_each_warehouse_has_a_morning_of_its_own(north):
    berlin, york, howe = (
        WarehouseFactory(time_zone=zone) for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
    )
    turn_days(at=MIDNIGHT)
    hours = {hour: turned for hour in range(1, 25) if (turned := turn_days(at=MIDNIGHT + timedelta(hours=hour)))}
    assert hours == {3: {berlin.pk}, 5: {north.pk}, 9: {york.pk}, 19: {howe.pk}}


def test_a_new_warehouse_begins_with_the_day_that_it_would_be_at(north):
    assert turn_days(at=MIDNIGHT) == {north.pk}
    assert SweepMark.objects.get().day == date(2027, 6, 9)
    assert turn_days(at=MIDNIGHT) == set()


def test_a_day_that_has_begun_does_not_end_where_the_hour_is_moved(north):
    turn_days(at=MIDNIGHT + timedelta(hours=6))
    type(north).objects.filter(pk=north.pk).update(sweep_hour=9)
    assert turn_days(at=MIDNIGHT + timedelta(hours=7)) == set()
    assert SweepMark.objects.get().day == date(2027, 6, 10)


@pytest.mark.django_db(transaction=True)
def test_of_two_beats_at_once_one_has_the_morning(north):
    at = MIDNIGHT + timedelta(hours=6)
    assert sorted(at_once(4, lambda _: turn_days(at=at)), key=len) == [set(), set(), set(), {north.pk}]
