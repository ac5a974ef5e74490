"""A product's page says what is on the way to each warehouse, and since when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stock.errors import Refused
from stock.models import Transfer
from stock.services import delete_product
from tests.factories import WarehouseFactory, person
from tests.stock.shelves import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def coming(desk, north, south, bolt):
    """SOUTH awaits 10 of 40 in one transfer and 5 in another; NORTH awaits nothing any more."""
    desk.receive(north, bolt, 100)
    part = desk.send(north, south, bolt, 40).transfer
    desk.arrive(part, 28)
    desk.write_off(part, 2)
    desk.send(north, south, bolt, 5)
    desk.draft(north, south, bolt, 9)
    desk.arrive(desk.send(south, north, bolt, 3).transfer)
    Transfer.objects.filter(pk=part.pk).update(sent=timezone.now() - timedelta(days=2, minutes=1))
    return part


def page(client):
    return words(client.get("/products/BOLT-M8/")).replace("\xa0", " ")


def test_it_stands_at_the_destination_with_its_age(client, coming, north, south):
    client.force_login(person(rights={north: "view", south: "view"}))
    text = page(client)
    # In the row of the warehouse, and in what it opens to.
    assert text.count("on the way") == 2
    assert "SOUTH · 15 pcs on the way" in text
    assert "15 pcs on the way in 2 transfers · for 2 days" in text
    assert "Overdue" not in text


def test_it_is_marked_when_it_takes_too_long(client, coming, south):
    south.transit_limit_days = 0
    south.save()
    client.force_login(person(rights={south: "view"}))
    assert "Overdue" in page(client)


def test_a_warehouse_that_never_had_it_says_so_too(client, desk, bolt, north):
    far = WarehouseFactory(code="FAR")
    desk.receive(north, bolt, 1)
    desk.send(north, far, bolt, 1)
    client.force_login(person(rights={far: "view"}))
    assert "1 pcs on the way in 1 transfer" in page(client)


def test_what_a_line_of_a_transfer_names_is_never_deleted(desk, north, south, bolt):
    desk.cancel(desk.draft(north, south, bolt, 1))
    with pytest.raises(Refused, match="BOLT-M8 has history, so it stays"):
        delete_product(product=bolt)


def test_who_may_not_look_there_is_not_told(client, coming, north):
    client.force_login(person(rights={north: "view"}))
    assert "on the way" not in page(client)
