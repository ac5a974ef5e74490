import threading

import pytest
from auditlog.models import LogEntry
from django.db import connection

from tests.factories import LocationFactory, WarehouseFactory
from warehouses.models import Location
from warehouses.services import save_location

NEW, DEFAULT = "/warehouses/NORTH/bins/new", "/warehouses/NORTH/bins/DEFAULT/edit"


def defaults(warehouse):
    return [location.code for location in warehouse.locations.filter(is_default=True)]


def test_a_manager_adds_a_bin(client, sign_in, north, south):
    manager = sign_in("manager", {north: "manage"})
    LocationFactory(warehouse=south, code="A-01")
    assert client.post(NEW, {"code": "A-01", "kind": "receiving"})["Location"] == "/warehouses/NORTH/"
    added = north.locations.get(code="A-01")
    assert (added.kind, added.is_default, added.status) == ("receiving", False, "active")
    assert [entry.actor for entry in LogEntry.objects.get_for_object(added)] == [manager]


def test_another_bin_becomes_the_default(client, sign_in, north, south):
    manager = sign_in("manager", {north: "manage"})
    former = north.locations.get()
    client.post(NEW, {"code": "A-01", "kind": "storage", "is_default": "on"})
    assert defaults(north) == ["A-01"]
    assert defaults(south) == ["DEFAULT"]
    entry = LogEntry.objects.get_for_object(former).first()
    assert (entry.changes, entry.actor) == ({"is_default": ["True", "False"]}, manager)
    client.post(DEFAULT, {"code": "DEFAULT", "kind": "storage", "is_default": "on"})
    assert defaults(north) == ["DEFAULT"]


def test_the_default_stays_the_default_while_it_is_edited(client, sign_in, north):
    sign_in("manager", {north: "manage"})
    assert client.post(DEFAULT, {"code": "MAIN", "kind": "receiving"}).status_code == 302
    assert list(north.locations.values_list("code", "kind", "is_default")) == [("MAIN", "receiving", True)]


QUARANTINE = "Nothing ships from quarantine, so the default bin is of another kind."
CODE = "Use letters, digits, dots, dashes and underscores only."
TAKEN = "This warehouse has a bin with this code already."


@pytest.mark.parametrize(
    ("page", "typed", "errors"),
    [
        (NEW, {"code": "", "kind": "storage"}, {"code": ["Enter the code."]}),
        (NEW, {"code": "default", "kind": "storage"}, {"code": [TAKEN]}),
        (NEW, {"code": "A 1", "kind": "storage"}, {"code": [CODE]}),
        (NEW, {"code": "A/1", "kind": "storage"}, {"code": [CODE]}),
        (NEW, {"code": "A\u202e1", "kind": "storage"}, {"code": [CODE]}),
        (NEW, {"code": "A\x00", "kind": "storage"}, {"code": ["Null characters are not allowed."]}),
        (
            NEW,
            {"code": "A" * 31, "kind": "storage"},
            {"code": ["Ensure this value has at most 30 characters (it has 31)."]},
        ),
        (
            NEW,
            {"code": "A-1", "kind": "shelf"},
            {"kind": ["Select a valid choice. shelf is not one of the available choices."]},
        ),
        (NEW, {"code": "A-1", "kind": "quarantine", "is_default": "on"}, {"kind": [QUARANTINE]}),
        (DEFAULT, {"code": "DEFAULT", "kind": "quarantine"}, {"kind": [QUARANTINE]}),
    ],
)
def test_bad_input_is_refused_beside_its_field(client, sign_in, north, page, typed, errors):
    sign_in("manager", {north: "manage"})
    response = client.post(page, typed)
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == errors
    assert list(north.locations.values_list("code", "kind", "is_default")) == [("DEFAULT", "storage", True)]


@pytest.mark.parametrize(
    ("role", "right", "status"),
    [
        ("staff", "operate", 403),
        ("staff", "manage", 403),
        ("manager", None, 404),
        ("manager", "operate", 403),
        ("manager", "manage", 200),
        ("admin", None, 200),
    ],
)
def test_who_may(client, sign_in, north, south, role, right, status):
    sign_in(role, {north: right, south: "manage"} if right else {south: "manage"})
    for page in (NEW, DEFAULT):
        assert client.get(page).status_code == status
        if status != 200:
            assert client.post(page, {"code": "X", "kind": "storage"}).status_code == status
    assert list(north.locations.values_list("code", flat=True)) == ["DEFAULT"]


def test_a_bin_of_another_warehouse_is_not_found_here(client, sign_in, north, south):
    sign_in("admin")
    LocationFactory(warehouse=south, code="B-01")
    assert client.get("/warehouses/NORTH/bins/B-01/edit").status_code == 404


def test_the_status_cannot_be_slipped_in(client, sign_in, north):
    sign_in("manager", {north: "manage"})
    client.post(NEW, {"code": "A-01", "kind": "storage", "status": "inactive", "warehouse": "999"})
    assert north.locations.get(code="A-01").status == "active"


@pytest.mark.django_db(transaction=True)
def test_two_bins_made_the_default_at_once_leave_one():
    warehouse = WarehouseFactory()
    bins = [LocationFactory(warehouse=warehouse, is_default=False) for _ in range(4)]
    barrier = threading.Barrier(len(bins))

    def make_default(location):
        location.is_default = True
        barrier.wait()
        save_location(location=location)
        connection.close()

    threads = [threading.Thread(target=make_default, args=[location]) for location in bins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Location.objects.filter(warehouse=warehouse, is_default=True).count() == 1
