"""Moving between bins on its page."""

import pytest

from tests.desk import holdings
from tests.factories import ProductFactory
from tests.stock.clerk import Clerk, beside, books, told, value_of


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


def test_goods_change_their_bin(clerk):
    response = clerk.send("move", {"quantity": "40"})
    assert told(response) == [("Moved 40 × BOLT-M8", f"undo:{clerk.key}")]
    assert holdings(clerk.bolt, clerk.north) == {("A-01", ""): 60, ("A-02", ""): 40}


def test_of_the_lot_that_is_named(clerk, desk):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    for lot in ("L1", "L2"):
        desk.receive(clerk.north, milk, 10, clerk.a01, lot)
    clerk.send("move", {"code": "MILK", "quantity": "4", "lot_number": "L2"})
    assert holdings(milk, clerk.north) == {("A-01", "L1"): 10, ("A-01", "L2"): 6, ("A-02", "L2"): 4}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"source": ""}, "source", "Enter a bin."),
        ({"destination": ""}, "destination", "Enter a bin."),
        ({"destination": "S-01"}, "destination", "NORTH has no bin S-01."),
        ({"destination": "a-01"}, "destination", "Choose a bin other than the one it lies in."),
        ({"source": "A-02", "destination": "A-01"}, "quantity", "BOLT-M8: 0 on hand in A-02."),
    ],
)
def test_bins_that_cannot_be(clerk, typed, field, words):
    before = books()
    response = clerk.send("move", typed)
    assert (response.status_code, beside(response, f"line-0-{field}")) == (422, [words])
    assert books() == before


def test_a_new_line_knows_the_only_bin_where_it_lies(clerk, desk):
    assert value_of(clerk.scan("move", code="BOLT-M8", add="1"), "line-0-source") == "A-01"
    desk.receive(clerk.north, clerk.bolt, 7, clerk.a02)
    assert (value_of(clerk.scan("move", code="BOLT-M8", add="1"), "line-0-source") or "") == ""
