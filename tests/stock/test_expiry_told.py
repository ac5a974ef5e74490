"""A lot that expires is told of once a tier, by the day that its warehouse is at; its incident ends with the lot."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from alerts.models import Alert, AlertEvent, Delivery
from catalog.models import Lot
from stock import tasks
from stock.services.sweep import judge_days
from tests.factories import LocationFactory, ProductFactory, WarehouseFactory, person

pytestmark = pytest.mark.django_db

EXPIRES = date(2027, 7, 1)


def on(day, hour=12):
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(hours=hour)


def judge(day, hour=12):
    """Return the one incident after a sweep at this hour of this day: its state, and how often it was told."""
    judge_days(at=on(day, hour))
    return [(a.type, a.severity, a.rank, a.status, a.told_count) for a in Alert.objects.order_by("id")]


@pytest.fixture
def milk(north, desk):
    """10 of lot L1 of MILK at NORTH, good up to 1 July 2027; its manager is told."""
    person("manager", {north: "manage"})
    product = ProductFactory(sku="MILK", name="Milk", tracks_lots=True)
    desk.receive(north, product, 10, lot="L1", expires=EXPIRES)
    return product


def test_each_tier_is_told_of_once(milk):
    assert judge("2027-05-31") == []
    assert judge("2027-06-01") == [("expiring", 1, 1, "open", 1)]
    assert judge("2027-06-16") == [("expiring", 1, 1, "open", 1)]
    assert judge("2027-06-17") == [("expiring", 1, 2, "open", 2)]
    assert judge("2027-06-24") == [("expiring", 2, 3, "open", 3)]
    assert judge("2027-07-01") == [("expiring", 2, 3, "open", 3)]
    assert judge("2027-07-02") == [("expired", 3, 1000, "open", 4)]
    assert judge("2027-08-02") == [("expired", 3, 1000, "open", 4)]
    assert Delivery.objects.leaving().count() == 4


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_in_every_zone_each_tier_comes_on_its_own_morning_however_often_the_beat_strikes(desk, zone):
    """Worked through a year in which clocks go forward and back, six beats a day and the last at 23:55 by UTC."""
    place = WarehouseFactory(time_zone=zone)
    person("manager", {place: "manage"})
    lots = {"spring": date(2027, 4, 6), "autumn": date(2027, 11, 9)}
    product = ProductFactory(tracks_lots=True)
    for number, day in lots.items():
        desk.receive(place, product, 10, lot=number, expires=day)
    for day in (last + timedelta(days=shift) for last in lots.values() for shift in range(-32, 4)):
        for minutes in (0, 240, 600, 900, 1200, 1435):
            with time_machine.travel(datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=minutes)):
                tasks.judge_by_day()
    told = AlertEvent.objects.filter(kind=AlertEvent.Kind.TOLD).order_by("at").select_related("alert__lot")
    zoned = [(event.alert.lot.number, event.at.astimezone(ZoneInfo(zone)).date()) for event in told]
    assert zoned == [(number, last - timedelta(days=left)) for number, last in lots.items() for left in (30, 14, 7, -1)]


def test_before_the_sweep_hour_the_day_before_counts(milk):
    assert judge("2027-06-01", 4) == []
    assert judge("2027-06-01", 5) == [("expiring", 1, 1, "open", 1)]


def test_the_incident_says_what_lies_there_and_until_when_it_is_good(milk, north):
    judge("2027-06-01")
    assert Alert.objects.get().facts == {
        "sku": "MILK",
        "name": "Milk",
        "unit": "pcs",
        "quantity": "10",
        "lot": "L1",
        "expires": "2027-07-01",
        "warehouse": "NORTH",
        "warehouse_name": north.name,
    }
    assert Alert.objects.get().headline == "Expires 1 Jul 2027: MILK, lot L1 at NORTH"


def test_without_tiers_only_what_has_expired_is_told_of(milk, north):
    type(north).objects.update(expiry_tiers=[])
    assert judge("2027-07-01") == []
    assert judge("2027-07-02") == [("expired", 3, 1000, "open", 1)]


def test_tiers_that_were_edited_hold_from_the_next_turn(milk, north):
    assert judge("2027-06-01") == [("expiring", 1, 1, "open", 1)]
    type(north).objects.update(expiry_tiers=[20, 5])
    assert judge("2027-06-01", 13) == [("expiring", 1, 1, "resolved", 1)]
    type(north).objects.update(expiry_tiers=[90, 60])
    assert judge("2027-06-01", 14) == [("expiring", 2, 2, "open", 2)]


def test_an_edited_tier_that_leaves_the_rank_as_it_was_is_written_down_and_tells_nobody(milk, north, desk):
    """The first of three tiers is a notice; as the only one it is the last, which is a warning."""
    assert judge("2027-06-01") == [("expiring", 1, 1, "open", 1)]
    desk.receive(north, milk, 5, lot="L1", expires=EXPIRES)
    type(north).objects.update(expiry_tiers=[30])
    assert judge("2027-06-01", 13) == [("expiring", 2, 1, "open", 1)]
    assert Alert.objects.get().facts["quantity"] == "15"
    assert list(AlertEvent.objects.values_list("kind", flat=True)) == ["opened", "told", "changed"]
    assert judge_days(at=on("2027-06-01", 14)) == 0


def test_a_date_that_was_moved_ends_it(milk):
    judge("2027-06-24")
    Lot.objects.update(expires_on=date(2027, 12, 1))
    assert judge("2027-06-24", 13) == [("expiring", 2, 3, "resolved", 1)]
    Lot.objects.update(expires_on=None)
    assert judge("2027-06-24", 14) == [("expiring", 2, 3, "resolved", 1)]


def test_what_comes_in_late_is_found_within_minutes(milk, north, desk):
    judge("2027-06-24")
    desk.receive(north, milk, 5, lot="L2", expires=date(2027, 6, 26))
    judge("2027-06-24", 13)
    assert list(Alert.objects.order_by("id").values_list("lot__number", "rank")) == [("L1", 3), ("L2", 3)]


def test_a_lot_in_two_bins_is_one_incident_and_in_two_warehouses_two(milk, north, south, desk):
    desk.receive(north, milk, 5, LocationFactory(warehouse=north), lot="L1", expires=EXPIRES)
    desk.receive(south, milk, 7, lot="L1", expires=EXPIRES)
    judge("2027-06-24")
    assert sorted(Alert.objects.values_list("warehouse__code", "facts__quantity")) == [("NORTH", "15"), ("SOUTH", "7")]


def test_the_last_piece_that_leaves_ends_it_in_that_operation(north, desk):
    today = datetime.now(UTC)
    milk = ProductFactory(tracks_lots=True)
    bin = LocationFactory(warehouse=north)
    for number, days in (("OLD", -1), ("NEW", 5)):
        desk.receive(north, milk, 10, bin, lot=number, expires=today.date() + timedelta(days=days))
    judge_days(at=today)
    desk.ship(north, milk, 9)
    assert sorted(Alert.objects.values_list("lot__number", "status")) == [("NEW", "open"), ("OLD", "open")]
    desk.ship(north, milk, 1)
    assert sorted(Alert.objects.values_list("lot__number", "status")) == [("NEW", "resolved"), ("OLD", "open")]
    desk.adjust(north, milk, -10, bin, reason="expired", lot="OLD")
    assert sorted(Alert.objects.values_list("lot__number", "status")) == [("NEW", "resolved"), ("OLD", "resolved")]


def test_a_move_between_bins_ends_nothing(north, desk):
    today = datetime.now(UTC)
    milk, a, b = ProductFactory(tracks_lots=True), *(LocationFactory(warehouse=north) for _ in range(2))
    desk.receive(north, milk, 10, a, lot="L1", expires=today.date() + timedelta(days=5))
    judge_days(at=today)
    desk.move(north, milk, 10, a, b, lot="L1")
    assert list(Alert.objects.values_list("status", flat=True)) == ["open"]


def test_an_undone_shipment_opens_it_again_and_tells_nobody(north, desk):
    today = datetime.now(UTC)
    person("manager", {north: "manage"})
    milk = ProductFactory(tracks_lots=True)
    desk.receive(north, milk, 10, lot="L1", expires=today.date() + timedelta(days=5))
    judge_days(at=today)
    shipment = desk.ship(north, milk, 10)
    desk.reverse(shipment)
    judge_days(at=datetime.now(UTC))
    assert list(Alert.objects.values_list("status", "told_count")) == [("open", 1)]


def test_a_turn_that_finds_everything_as_it_was_writes_nothing(milk):
    judge("2027-06-24")
    before = AlertEvent.objects.count()
    assert judge_days(at=on("2027-06-24", 13)) == 0
    assert AlertEvent.objects.count() == before
