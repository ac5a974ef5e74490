"""The warehouse that a person names is the one that the next page opens in; it grants nothing."""

import pytest

from tests.factories import WarehouseFactory, person

pytestmark = pytest.mark.django_db


def test_the_one_named_last_is_worked_in(client):
    north, south = WarehouseFactory(code="NORTH"), WarehouseFactory(code="SOUTH", name="South Yard")
    client.force_login(person(rights={north: "operate", south: "operate"}))
    assert "South Yard" not in client.get("/ship/").content.decode().split("<main")[1].split("<ul>")[0]
    client.get("/receive/?warehouse=SOUTH")
    assert "South Yard" in client.get("/ship/").content.decode().split("<main")[1].split("<ul>")[0]


def test_one_that_may_not_be_seen_is_not_remembered(client):
    north, _other = WarehouseFactory(code="NORTH"), WarehouseFactory(code="SOUTH")
    client.force_login(person(rights={north: "operate"}))
    assert client.get("/receive/?warehouse=SOUTH").status_code == 404
    assert client.get("/receive/?warehouse=NORTH%00").status_code == 404
    assert client.get("/ship/").status_code == 200
