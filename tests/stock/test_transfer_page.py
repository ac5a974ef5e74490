"""Transferring to another warehouse on its page: both rights are asked."""

import pytest
from django.urls import reverse

from tests.desk import holdings, level
from tests.factories import WarehouseFactory, person
from tests.stock.clerk import Clerk, beside, books, told


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


def test_goods_change_their_warehouse(clerk):
    response = clerk.send("transfer", {"quantity": "40", "destination": "S-01"})
    assert told(response) == [("Transferred 40 × BOLT-M8", f"undo:{clerk.key}")]
    assert level(clerk.bolt, clerk.north) == 60
    assert holdings(clerk.bolt, clerk.south) == {("S-01", ""): 40}


def test_without_a_bin_they_go_to_the_default_one(clerk):
    clerk.send("transfer", {"quantity": "40"})
    assert holdings(clerk.bolt, clerk.south) == {("DEFAULT", ""): 40}


def test_the_bin_at_the_other_end_is_one_of_the_other_warehouse(clerk):
    before = books()
    response = clerk.send("transfer", {"destination": "A-02"})
    assert beside(response, "line-0-destination") == ["SOUTH has no bin A-02."]
    assert books() == before


@pytest.mark.parametrize("right", [None, "view"])
def test_only_to_a_warehouse_where_the_person_operates(clerk, right):
    far = WarehouseFactory(code="FAR", name="Marker of FAR")
    clerk.client.force_login(person(rights={clerk.north: "operate", **({far: right} if right else {})}))
    before = books()
    response = clerk.send("transfer", {}, destination="FAR")
    assert response.status_code == 422
    assert beside(response, "destination") == ["You cannot transfer to this warehouse. Choose another."]
    assert "Marker of FAR" not in clerk.client.get(reverse("stock:transfer")).content.decode()
    assert books() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Choose a warehouse."),
        ("NORTH", "You cannot transfer to this warehouse. Choose another."),
        ("SOUTH\x00", "Null characters are not allowed."),
        ("NOWHERE", "You cannot transfer to this warehouse. Choose another."),
    ],
)
def test_a_destination_that_cannot_be(clerk, typed, words):
    before = books()
    response = clerk.send("transfer", {}, destination=typed)
    assert (response.status_code, beside(response, "destination")) == (422, [words])
    assert books() == before
