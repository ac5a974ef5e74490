"""A shipment says beforehand what it will take: what it says is what is booked, line by line."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from stock import services
from tests.factories import LocationFactory, ProductFactory
from tests.stock.clerk import Clerk, beside, books, value_of


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.fixture
def milk(clerk, desk):
    """50 of L2, which expires first, in A-02, and 100 of L1 in A-01."""
    milk, today = ProductFactory(sku="MILK", tracks_lots=True), timezone.now().date()
    desk.receive(clerk.north, milk, 100, clerk.a01, "L1", today + timedelta(days=30))
    desk.receive(clerk.north, milk, 50, clerk.a02, "L2", today + timedelta(days=10))
    return milk


def in_days(days):
    day = timezone.now().date() + timedelta(days=days)
    return f"{day.day} {day:%b %Y}"


def says(response, number):
    """Return what a line says about itself, as a person reads it."""
    text = response.content.decode()
    found = re.search(
        rf'(?:id="line-{number}-facts"[^>]*|innerHTML:#line-{number}-facts")>(.*?)</div>', text, re.DOTALL
    )
    inside = found[1] if found else text.split("<div")[0]
    return " ".join(re.sub(r"<[^>]+>", "", inside).replace("&#x27;", "'").split())


def look(clerk, number, *lines, kind="ship", **head):
    data = clerk.data(kind, *({"location": "", "code": "MILK", **line} for line in lines), look=str(number), **head)
    return clerk.client.post(reverse("stock:line-facts", args=[kind]), data, headers={"HX-Request": "true"})


def test_it_names_every_lot_and_bin(clerk, milk):
    before = books()
    expected = f"Takes 50 of L2 (A-02, expires {in_days(10)}), 10 of L1 (A-01, expires {in_days(30)})"
    assert says(look(clerk, 0, {"quantity": "60"}), 0) == expected
    assert books() == before


def test_a_new_line_says_it_at_once_and_without_scripts_too(clerk, milk):
    expected = f"Takes 1 of L2 (A-02, expires {in_days(10)})"
    assert says(clerk.scan("ship", code="MILK", add="1"), 0) == expected
    assert says(clerk.send("ship", code="MILK", add="1"), 0) == expected
    assert says(clerk.send("ship", code="BOLT-M8", add="1"), 0) == "Takes 1 from A-01"


def test_lines_that_share_goods_say_so_together(clerk, milk):
    """The line above is booked first; another one of the same product takes what that leaves."""
    answer = look(clerk, 0, {"quantity": "45"}, {"quantity": "10"})
    assert says(answer, 0) == f"Takes 45 of L2 (A-02, expires {in_days(10)})"
    assert says(answer, 1) == f"Takes 5 of L2 (A-02, expires {in_days(10)}), 5 of L1 (A-01, expires {in_days(30)})"
    scanned = clerk.scan("ship", {"code": "MILK", "quantity": "50", "location": ""}, code="MILK", again="0")
    assert says(scanned, 1) == f"Takes 1 of L2 (A-02, expires {in_days(10)})"
    assert says(scanned, 0).startswith(f"Takes 49 of L2 (A-02, expires {in_days(10)}), 1 of L1")


@pytest.mark.parametrize("seed", range(3))
def test_what_it_says_is_what_is_booked(clerk, desk, milk, seed):
    import random

    rng = random.Random(seed)
    for n in range(6):
        bin = rng.choice([clerk.a01, clerk.a02, LocationFactory(warehouse=clerk.north, kind="quarantine")])
        day = timezone.now().date() + timedelta(days=rng.randint(-3, 20))
        desk.receive(clerk.north, milk, rng.randint(1, 9), bin, f"R{n}", day)
    lines = [
        {"code": "MILK", "location": rng.choice(["", "A-01"]), "quantity": str(rng.randint(1, 40))} for _ in range(3)
    ]
    shown = clerk.client.get(
        reverse("stock:ship"),
        {
            "warehouse": "NORTH",
            **{f"line-{n}-{name}": text for n, line in enumerate(lines) for name, text in line.items()},
        },
    )
    foreseen = [
        (part.location_code, part.lot_number, -part.quantity)
        for line in shown.context["sheet"].lines
        for part in line.foreseen.parts
    ]
    assert [line.foreseen.problem for line in shown.context["sheet"].lines] == [None] * 3
    bins = {"A-01": clerk.a01, "": None}
    operation = services.ship(
        warehouse=clerk.north,
        lines=[
            services.ShipLine(product=milk, quantity=Decimal(line["quantity"]), location=bins[line["location"]])
            for line in lines
        ],
        by=desk.by,
        at=datetime.now(UTC),
        key=uuid.uuid4(),
    )
    booked = operation.rows.order_by("id").values_list("location__code", "lot__number", "quantity")
    assert foreseen == list(booked)


def test_expired_goods_have_their_way_out_filled_in(clerk, desk, milk):
    desk.receive(clerk.north, milk, 7, clerk.a01, "OLD", timezone.now().date() - timedelta(days=1))
    answer = look(clerk, 0, {"quantity": "151"})
    assert says(answer, 0).startswith(
        "Only 150 on hand in NORTH. Enter 150 or less. Another 7 expired: they leave by Adjust, reason Expired. "
        "Adjust 7 of OLD out of A-01"
    )
    refused = clerk.send("ship", {"code": "MILK", "quantity": "151", "location": ""})
    links = {re.search(r'href="(/adjust/\?[^"]*)"', each.content.decode())[1] for each in (answer, refused)}
    assert len(links) == 1
    page = clerk.client.get(links.pop().replace("&amp;", "&"))
    names = ("code", "quantity", "location", "lot_number")
    line = {name: value_of(page, f"line-0-{name}") for name in names}
    assert line == {"code": "MILK", "quantity": "7", "location": "A-01", "lot_number": "OLD"}
    assert re.search(r'value="expired"[^>]*selected', page.content.decode())
    assert clerk.send("adjust", line, reason="expired").status_code == 303


def test_a_chosen_lot_asks_for_its_reason_beside_the_field(clerk, milk):
    line = {"code": "MILK", "quantity": "5", "location": "", "lot_number": "L1"}
    words = "Lot L2 goes first. Write why lot L1 is taken instead."
    assert says(look(clerk, 0, line), 0) == words
    assert says(look(clerk, 0, line, lot_reason="fresh"), 0).startswith("Takes 5 of L1 (A-01")
    before = books()
    refused = clerk.send("ship", line)
    assert (refused.status_code, beside(refused, "lot_reason")) == (422, [words])
    assert books() == before
    assert clerk.send("ship", line, lot_reason="The customer asks for it").status_code == 303
    shown = clerk.client.get(reverse("stock:operation-detail", args=[clerk.key])).content.decode()
    assert "Why another lot" in shown
    assert "The customer asks for it" in shown


@pytest.mark.parametrize("typed", [{"quantity": "many"}, {"quantity": ""}, {"code": "NOPE"}, {"lot_number": "\x00"}])
def test_what_nobody_can_read_says_nothing_wrong(clerk, milk, typed):
    assert look(clerk, 0, {"quantity": "60", **typed}).status_code == 200
    assert look(clerk, 7, {}).status_code == 200


@pytest.mark.parametrize("lines", [1, 3, 50])
def test_looking_costs_the_same_however_many_lines(clerk, milk, lines, django_assert_num_queries):
    with django_assert_num_queries(6):
        look(clerk, 0, *({"quantity": "1"} for _ in range(lines)))
