"""Shipping on its page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.desk import holdings, level
from tests.factories import ProductFactory
from tests.stock.clerk import Clerk, beside, books, told, value_of


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


def test_goods_leave(clerk):
    response = clerk.send("ship", {"quantity": "30", "location": ""})
    assert told(response) == [("Shipped 30 × BOLT-M8", f"undo:{clerk.key}")]
    assert level(clerk.bolt, clerk.north) == 70


def test_first_expired_goes_first(clerk, desk):
    milk, today = ProductFactory(sku="MILK", tracks_lots=True), timezone.now().date()
    desk.receive(clerk.north, milk, 10, clerk.a01, "LATE", today + timedelta(days=60))
    desk.receive(clerk.north, milk, 10, clerk.a02, "SOON", today + timedelta(days=6))
    clerk.send("ship", {"code": "MILK", "quantity": "12", "location": ""})
    assert holdings(milk, clerk.north) == {("A-01", "LATE"): 8}


def test_from_the_bin_that_is_named(clerk, desk):
    desk.receive(clerk.north, clerk.bolt, 10, clerk.a02)
    clerk.send("ship", {"quantity": "4", "location": "A-02"})
    assert holdings(clerk.bolt, clerk.north) == {("A-01", ""): 100, ("A-02", ""): 6}


def test_two_lines_may_not_take_the_same_goods(clerk):
    before = books()
    response = clerk.send("ship", {"quantity": "100"}, {"quantity": "1"})
    assert beside(response, "line-1-quantity") == ["Nothing is left in A-01 after the other lines of BOLT-M8."]
    assert beside(response, "line-0-quantity") == []
    assert books() == before


def test_a_refused_form_is_mended_under_its_key(clerk):
    refused = clerk.send("ship", {"quantity": "101"})
    assert value_of(refused, "key") == str(clerk.key)
    assert clerk.send("ship", {"quantity": "99"}).status_code == 303
    assert level(clerk.bolt, clerk.north) == 1


def test_a_new_line_leaves_the_bin_open(clerk):
    response = clerk.scan("ship", code="BOLT-M8", add="1")
    assert (value_of(response, "line-0-location") or "") == ""
    assert 'placeholder="Any bin"' in response.content.decode()
