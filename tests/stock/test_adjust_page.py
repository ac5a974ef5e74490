"""Correcting levels on its page: the reason says which way, or leaves the choice to each line."""

import pytest

from stock.models import Operation, ReasonCode
from tests.desk import holdings, level
from tests.factories import ProductFactory
from tests.stock.clerk import Clerk, beside, books, told, value_of


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.mark.parametrize(
    ("reason", "way", "expected", "words"),
    [
        ("damaged", "", 95, "Adjusted −5 × BOLT-M8"),
        # The reason decides: what was chosen while another reason stood there does not count.
        ("damaged", "add", 95, "Adjusted −5 × BOLT-M8"),
        ("found", "", 105, "Adjusted +5 × BOLT-M8"),
        ("correction", "add", 105, "Adjusted +5 × BOLT-M8"),
        ("correction", "take", 95, "Adjusted −5 × BOLT-M8"),
    ],
)
def test_a_level_is_corrected(clerk, reason, way, expected, words):
    response = clerk.send("adjust", {"way": way}, reason=reason, note="counted twice")
    assert told(response) == [(words, f"undo:{clerk.key}")]
    assert level(clerk.bolt, clerk.north) == expected
    assert Operation.objects.get(pk=clerk.key).reason.code == reason


def test_lines_of_a_correction_may_go_either_way(clerk):
    lines = [{"way": "take", "quantity": "8"}, {"way": "add", "location": "A-02", "quantity": "3"}]
    clerk.send("adjust", *lines, reason="correction", note="counted twice")
    assert holdings(clerk.bolt, clerk.north) == {("A-01", ""): 92, ("A-02", ""): 3}


@pytest.mark.parametrize("way", ["", "sideways"])
def test_a_reason_that_goes_either_way_asks_for_the_direction(clerk, way):
    before = books()
    response = clerk.send("adjust", {"way": way}, reason="correction", note="counted twice")
    assert response.status_code == 422
    assert beside(response, "line-0-way") == ["Choose Add or Take away."]
    assert books() == before


def test_a_reason_that_asks_for_a_note(clerk):
    before = books()
    response = clerk.send("adjust", {"way": "take"}, reason="correction")
    assert beside(response, "note") == ["Write a note: the reason Correction asks for one."]
    assert books() == before


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Choose a reason."),
        ("because", "This reason is not in use. Choose another."),
        ("sample", "This reason is not in use. Choose another."),
        ("lost\x00", "Null characters are not allowed."),
    ],
)
def test_a_reason_that_cannot_be(clerk, typed, words):
    ReasonCode.objects.filter(code="sample").update(is_active=False)
    before = books()
    response = clerk.send("adjust", {}, reason=typed)
    assert (response.status_code, beside(response, "reason")) == (422, [words])
    assert books() == before


def test_every_reason_says_which_way_it_goes(clerk):
    text = clerk.client.get("/adjust/").content.decode()
    assert "Damaged – takes away" in text
    assert "Found – adds" in text
    assert '<option value="correction" data-direction="both">Correction</option>' in text


def test_several_lots_in_a_bin_ask_for_one(clerk, desk):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    for lot in ("L1", "L2"):
        desk.receive(clerk.north, milk, 10, clerk.a01, lot)
    response = clerk.send("adjust", {"code": "MILK"})
    assert beside(response, "line-0-lot_number") == ["Several lots lie in A-01 (L1, L2). Enter the lot."]
    clerk.send("adjust", {"code": "MILK", "lot_number": "L2"})
    assert holdings(milk, clerk.north) == {("A-01", "L1"): 10, ("A-01", "L2"): 5}


def test_a_new_line_knows_the_only_bin_and_lot(clerk, desk):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    desk.receive(clerk.north, milk, 10, clerk.a02, "L1")
    response = clerk.scan("adjust", code="MILK", add="1")
    assert [value_of(response, f"line-0-{name}") for name in ("location", "lot_number")] == ["A-02", "L1"]


def test_a_bin_is_needed(clerk):
    assert beside(clerk.send("adjust", {"location": ""}), "line-0-location") == ["Enter a bin."]
