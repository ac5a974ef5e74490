"""The ledger's page: every line of the person's warehouses, the newest first, by any question that people ask of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory_site.web.keyset import PAGE_SIZE
from stock.models import StockTransaction
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.shelves import fill, words

LIST = "/transactions/"


def shown(response):
    return [(line.warehouse.code, line.product.sku, line.quantity) for line in response.context["page"].rows]


@pytest.fixture
def signed_in(client, north):
    client.force_login(person(rights={north: "view"}))
    return client


def test_the_address_is_its_name():
    assert reverse("stock:transaction-list") == LIST


def test_the_newest_line_stands_first_and_foreign_ones_nowhere(signed_in, desk, bolt, north, south):
    desk.receive(north, bolt, 5)
    desk.receive(south, bolt, 9)
    desk.ship(north, bolt, 2)
    assert shown(signed_in.get(LIST)) == [("NORTH", "BOLT-M8", -2), ("NORTH", "BOLT-M8", 5)]


def test_of_a_transfer_each_sees_the_leg_in_their_warehouse(client, desk, bolt, north, south):
    desk.receive(north, bolt, 5)
    desk.transfer(north, south, bolt, 3)
    client.force_login(person(rights={south: "view"}))
    response = client.get(LIST)
    assert shown(response) == [("SOUTH", "BOLT-M8", 3)]
    assert b"NORTH" not in response.content


def test_a_line_says_what_who_where_and_the_level_after(signed_in, desk, bolt, north):
    shelf = LocationFactory(warehouse=north, code="A-01")
    desk.by.name = "Ana Example"
    desk.by.save()
    desk.receive(north, bolt, 5, shelf, reference="PO-118")
    operation = desk.ship(north, bolt, 2, reference="SO-7")
    page = words(signed_in.get(LIST))
    assert "Shipped −2 pcs Product" in page
    assert "NORTH / A-01 3 Ana Example SO-7" in page
    assert "Received +5 pcs Product" in page
    assert "NORTH / A-01 5 Ana Example PO-118" in page
    assert reverse("stock:operation-detail", args=[operation.pk]) in signed_in.get(LIST).content.decode()


@pytest.fixture
def a_week(desk, bolt, north, south):
    """Five lines that differ in everything that can be asked for; the one of two days ago is the first."""
    nut = ProductFactory(sku="NUT")
    shelf = LocationFactory(warehouse=north, code="A-01")
    tom = person("admin", name="Tom Other")
    now = timezone.now()
    desk.by.name = "Ana Example"
    desk.by.save()
    desk.receive(north, bolt, 1, shelf, reference="PO-1", at=now - timedelta(days=2))
    desk.receive(north, nut, 2, reference="PO-10", at=now - timedelta(days=1))
    desk.receive(north, bolt, 3, by=tom, reference="so-1")
    desk.adjust(north, bolt, 4, shelf)
    desk.receive(south, bolt, 5, by=tom)
    return {"ana": desk.by, "tom": tom, "now": now}


@pytest.mark.parametrize(
    ("asked", "quantities"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"warehouse": "north"}, [4, 3, 2, 1]),
        ({"product": "bolt-m8"}, [5, 4, 3, 1]),
        ({"product": "BOLT"}, []),
        ({"type": "adjust"}, [4]),
        ({"bin": "a-01"}, [4, 1]),
        ({"person": "tom"}, [5, 3]),
        ({"person": "nobody"}, []),
        ({"reference": "po-1"}, [2, 1]),
        ({"reference": "PO-10"}, [2]),
        ({"reference": "%"}, []),
        ({"product": "BOLT-M8", "type": "in", "person": "ana"}, [1]),
        ({"type": "nonsense", "since": "soon", "person": "\x00"}, [5, 4, 3, 2, 1]),
    ],
)
def test_each_question_finds_its_lines(client, desk, a_week, asked, quantities):
    client.force_login(desk.by)
    assert [quantity for _, _, quantity in shown(client.get(LIST, asked))] == quantities


def test_a_person_is_found_by_number_too(client, a_week):
    client.force_login(a_week["tom"])
    assert [quantity for *_, quantity in shown(client.get(LIST, {"person": a_week["ana"].pk}))] == [4, 2, 1]


def test_days_are_the_warehouses_own_and_both_ends_count(client, a_week):
    client.force_login(a_week["tom"])
    day = (a_week["now"] - timedelta(days=1)).date()
    assert [quantity for *_, quantity in shown(client.get(LIST, {"since": day, "until": day}))] == [2]
    assert [quantity for *_, quantity in shown(client.get(LIST, {"until": day}))] == [2, 1]
    north = StockTransaction.objects.filter(occurred_on=day).values_list("warehouse__time_zone", "occurred_on")
    assert list(north) == [("UTC", day)]


def test_filters_are_chips_that_take_themselves_away(client, desk, north):
    client.force_login(desk.by)
    asked = {
        "warehouse": "NORTH",
        "type": "out",
        "since": "2026-11-01",
        "person": desk.by.pk,
        "product": "",
        "after": "9",
    }
    assert client.get(LIST, asked).context["chips"] == [
        {"label": north.name, "href": f"?type=out&since=2026-11-01&person={desk.by.pk}"},
        {"label": "Type: Out", "href": f"?warehouse=NORTH&since=2026-11-01&person={desk.by.pk}"},
        {"label": f"Booked by: {desk.by.pk}", "href": "?warehouse=NORTH&type=out&since=2026-11-01"},
        {"label": "From: 1 Nov 2026", "href": f"?warehouse=NORTH&type=out&person={desk.by.pk}"},
    ]


def test_what_cannot_be_read_is_said_beside_its_field(signed_in):
    response = signed_in.get(LIST, {"since": "2026-13-01", "reference": "a\x00"})
    assert response.status_code == 200
    assert {name: list(errors) for name, errors in response.context["form"].errors.items()} == {
        "since": ["Enter a valid date."],
        "reference": ["Null characters are not allowed."],
    }


def test_a_foreign_warehouse_is_not_there(signed_in, south):
    assert signed_in.get(LIST, {"warehouse": "SOUTH"}).status_code == 404


def test_pages_follow_one_another_without_gap_or_repeat(client, desk, north):
    fill(desk, north, 2 * PAGE_SIZE + 1)
    client.force_login(desk.by)
    seen, after, sizes = [], "", []
    while after or not seen:
        page = client.get(LIST, {"after": after}).context["page"]
        seen += [line.pk for line in page.rows]
        sizes.append(len(page.rows))
        after = page.after
    assert sizes == [PAGE_SIZE, PAGE_SIZE, 1]
    assert 'hx-select="#rows > *" hx-target="#rows"' in client.get(LIST).content.decode()
    assert seen == list(StockTransaction.objects.order_by("-pk").values_list("pk", flat=True))


@pytest.mark.parametrize(("mark", "status"), [("x", 400), ("1\x00", 200), ("9" * 40, 200), ("-5", 200)])
def test_a_forged_mark_does_no_harm(signed_in, mark, status):
    assert signed_in.get(LIST, {"after": mark}).status_code == status


def test_an_empty_ledger_says_what_to_do_next(signed_in):
    assert "Nothing booked yet" in words(signed_in.get(LIST))
    assert "Nothing was booked like that" in words(signed_in.get(LIST, {"type": "out"}))


def test_a_moment_is_shown_in_the_readers_zone(client, desk, bolt, north):
    desk.receive(north, bolt, 1, at=datetime.now(UTC))
    booked = StockTransaction.objects.get().operation.at
    client.force_login(person(rights={north: "view"}, time_zone="Asia/Tokyo"))
    local = booked + timedelta(hours=9)
    assert f"{local.day} {local:%b}, {local:%H:%M}" in words(client.get(LIST))
    assert isinstance(StockTransaction.objects.get().occurred_on, date)


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_a_page_costs_the_same_whatever_it_shows(signed_in, desk, north, rows, django_assert_num_queries):
    fill(desk, north, rows)
    # The person, their warehouses, the lines, all their names, and the reasons to choose from.
    with django_assert_num_queries(5):
        signed_in.get(LIST)
