"""The end of a product's life: archived when nothing is on hand, restored, deleted only while it has no history."""

import pytest

from catalog.models import Product
from stock.services import archive_product, set_thresholds
from tests.factories import BarcodeFactory, ProductFactory, person
from tests.stock.shelves import words

ARCHIVE, RESTORE, DELETE = "/archive/BOLT-M8/", "/restore/BOLT-M8/", "/delete/BOLT-M8/"


@pytest.fixture
def signed_in(client, north):
    client.force_login(person("manager", {north: "manage"}))
    return client


def status():
    return Product.objects.values_list("status", flat=True).get(sku="BOLT-M8")


def test_a_product_goes_out_of_use_and_back(signed_in, bolt):
    response = signed_in.post(ARCHIVE, follow=True)
    assert response.redirect_chain == [("/products/BOLT-M8/", 302)]
    assert "BOLT-M8 is archived." in words(response)
    assert status() == "archived"
    response = signed_in.post(RESTORE, follow=True)
    assert "BOLT-M8 is in use again." in words(response)
    assert status() == "active"


def test_a_product_on_hand_is_not_archived_and_the_page_says_where_it_is(signed_in, desk, bolt, north):
    desk.receive(north, bolt, 1)
    response = signed_in.post(ARCHIVE)
    assert response.status_code == 422
    assert "There is a problem BOLT-M8 is still on hand in NORTH. Ship or adjust it first." in words(response)
    assert status() == "active"


def test_a_warehouse_that_the_manager_may_not_see_is_not_named(signed_in, desk, bolt, north, south):
    desk.receive(south, bolt, 1)
    hidden = signed_in.post(ARCHIVE)
    assert "BOLT-M8 is still on hand in a warehouse that you may not see. Ask an admin." in words(hidden)
    desk.receive(north, bolt, 1)
    both = signed_in.post(ARCHIVE)
    assert "BOLT-M8 is still on hand in NORTH and in a warehouse that you may not see." in words(both)
    assert b"SOUTH" not in hidden.content + both.content


def test_a_product_without_history_is_deleted_with_its_barcodes_and_thresholds(signed_in, bolt, north):
    BarcodeFactory(product=bolt)
    set_thresholds(product=bolt, warehouse=north, low=1, high=None)
    assert DELETE in signed_in.get("/products/BOLT-M8/").content.decode()
    response = signed_in.post(DELETE, follow=True)
    assert response.redirect_chain == [("/products/", 302)]
    assert "BOLT-M8 is deleted." in words(response)
    assert not Product.objects.filter(sku="BOLT-M8").exists()


@pytest.mark.parametrize("place", ["north", "south"])
def test_a_product_with_history_stays_wherever_it_was_booked(signed_in, desk, bolt, place, request):
    warehouse = request.getfixturevalue(place)
    desk.receive(warehouse, bolt, 1)
    desk.ship(warehouse, bolt, 1)
    assert DELETE not in signed_in.get("/products/BOLT-M8/").content.decode()
    response = signed_in.post(DELETE)
    assert response.status_code == 422
    assert "BOLT-M8 has history, so it stays. Archive it instead." in words(response)
    assert Product.objects.filter(sku="BOLT-M8").exists()


@pytest.mark.parametrize("address", [ARCHIVE, RESTORE, DELETE])
def test_staff_may_not_and_a_link_does_nothing(client, signed_in, bolt, north, address):
    assert signed_in.get(address).status_code == 405
    client.force_login(person("staff", {north: "operate"}))
    assert client.post(address).status_code == 403
    assert status() == "active"


def test_a_product_that_is_gone_is_not_there(signed_in):
    assert [signed_in.post(address).status_code for address in (ARCHIVE, RESTORE, DELETE)] == [404, 404, 404]


def test_archiving_twice_is_the_same_as_once(desk, bolt):
    for _ in range(2):
        assert archive_product(product=bolt, by=desk.by).status == "archived"


def test_a_sku_with_slashes_has_its_pages(signed_in):
    ProductFactory(sku="A/archive")
    assert signed_in.get("/products/A/archive/").status_code == 200
    assert signed_in.post("/archive/A/archive/").status_code == 302
    assert Product.objects.get(sku="A/archive").is_archived
