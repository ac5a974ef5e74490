"""What helps against an alert: only what this person may do there, with quantities that make nobody else short."""

from urllib.parse import parse_qs, urlsplit

import pytest

from alerts.models import Alert
from stock.services import set_thresholds
from tests.desk import Desk
from tests.factories import LocationFactory, ProductFactory, WarehouseFactory, person


@pytest.fixture
def scene(db):
    """NORTH with 15 of a bolt that is low at 20 (mended above 22); EAST has 100, WEST 40 and is low at 30."""
    north, east, west = (WarehouseFactory(code=code, name=code.title()) for code in ("NORTH", "EAST", "WEST"))
    bolt = ProductFactory(sku="BOLT-M8")
    mona = person("manager", {north: "manage", east: "operate", west: "operate"})
    desk = Desk(mona)
    set_thresholds(product=bolt, warehouse=north, low=20, high=None)
    set_thresholds(product=bolt, warehouse=west, low=30, high=None)
    for place, quantity in ((north, 40), (east, 100), (west, 40)):
        desk.receive(place, bolt, quantity)
    desk.ship(north, bolt, 25)
    return Alert.objects.get(), mona, desk, {"north": north, "east": east, "west": west, "bolt": bolt}


def ways(client, who, alert):
    client.force_login(who)
    return {each.label: each.href for each in client.get(f"/remedies/{alert.pk}/").context["remedies"]}


def asked(href):
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}


def test_who_has_most_to_spare_comes_first_and_nobody_falls_to_their_own_margin(client, scene):
    alert, mona, _desk, _places = scene
    found = ways(client, mona, alert)
    assert list(found) == [
        *("Transfer 8 pcs from East", "Transfer 6 pcs from West", "Receive", "Count it", "Thresholds")
    ]
    assert asked(found["Transfer 6 pcs from West"]) == {
        "warehouse": "WEST",
        "destination": "NORTH",
        "line-0-code": "BOLT-M8",
        "line-0-quantity": "6",
    }
    assert asked(found["Count it"]) == {"warehouse": "NORTH", "bins": "DEFAULT"}


def test_what_is_suggested_mends_the_level_and_makes_no_new_alert(client, scene):
    alert, mona, desk, places = scene
    ways(client, mona, alert)
    sent = desk.send(places["west"], places["north"], places["bolt"], 6)
    assert Alert.objects.exclude(pk=alert.pk).count() == 0
    desk.send(places["east"], places["north"], places["bolt"], 8)
    assert sent.transfer.destination == places["north"]


def test_what_is_on_the_way_already_is_not_asked_for_again(client, scene):
    """Eight would mend it; five are on the way, so three are left to be found."""
    alert, mona, desk, places = scene
    transfer = desk.send(places["east"], places["north"], places["bolt"], 7).transfer
    desk.arrive(transfer, 2)
    found = ways(client, mona, alert)
    assert next(iter(found)) == "5 pcs are on the way here"
    assert asked(found["5 pcs are on the way here"]) == {"state": "sent", "direction": "in", "warehouse": "NORTH"}
    assert [label for label in found if label.startswith("Transfer")] == [
        "Transfer 1 pcs from East",
        "Transfer 1 pcs from West",
    ]


def test_where_enough_is_on_the_way_nobody_is_asked_for_more(client, scene):
    alert, mona, desk, places = scene
    desk.send(places["east"], places["north"], places["bolt"], 8)
    found = ways(client, mona, alert)
    assert list(found) == ["8 pcs are on the way here", "Receive", "Count it", "Thresholds"]
    assert "That is enough to end this." in client.get(f"/remedies/{alert.pk}/").content.decode()


def test_what_is_on_the_way_elsewhere_is_no_help_here(client, scene):
    alert, mona, desk, places = scene
    desk.send(places["east"], places["west"], places["bolt"], 8)
    assert next(iter(ways(client, mona, alert))) == "Transfer 8 pcs from East"


def test_a_warehouse_where_the_person_may_not_operate_is_not_named(client, scene):
    alert, _mona, _desk, places = scene
    found = ways(client, person("staff", {places["north"]: "operate", places["east"]: "view"}), alert)
    assert list(found) == ["Receive", "Count it"]


def test_quarantine_is_no_help(client, scene):
    alert, mona, desk, places = scene
    cage = LocationFactory(warehouse=places["east"], code="Q-1", kind="quarantine")
    desk.move(places["east"], places["bolt"], 97, places["east"].locations.get(is_default=True), cage)
    assert next(iter(ways(client, mona, alert))) == "Transfer 6 pcs from West"


def test_who_may_only_look_is_told_whom_to_ask(client, scene):
    alert, _mona, _desk, places = scene
    who = person("staff", {places["north"]: "view"})
    assert ways(client, who, alert) == {}
    assert "Tell somebody who operates there" in client.get(f"/remedies/{alert.pk}/").content.decode()


def test_an_alert_of_a_foreign_warehouse_is_not_there(client, scene):
    alert, _mona, _desk, places = scene
    client.force_login(person("manager", {places["east"]: "manage"}))
    assert client.get(f"/remedies/{alert.pk}/").status_code == 404


@pytest.mark.parametrize("warehouses", [1, 3, 50])
def test_it_costs_the_same_for_every_number_of_warehouses(client, scene, warehouses, django_assert_num_queries):
    from accounts.services import set_right

    alert, mona, _desk, _places = scene
    for place in WarehouseFactory.create_batch(warehouses):
        set_right(person=mona, warehouse=place, right="operate")
    client.force_login(mona)
    client.get(f"/remedies/{alert.pk}/")
    # The person, the alert, the warehouses, what lies there, what is on the way.
    with django_assert_num_queries(5):
        client.get(f"/remedies/{alert.pk}/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
