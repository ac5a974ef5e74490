"""The pages of stock as of a past moment: picked, kept in the address, plainly said, and compared with another."""

import re

import pytest
import time_machine

from inventory_site.web.keyset import PAGE_SIZE
from tests.factories import LocationFactory, person
from tests.stock.moments import now, typed
from tests.stock.shelves import fill, words

LIST, PAGE, BIN = "/products/", "/products/BOLT-M8/", "/bins/NORTH/A-01/"


@pytest.fixture
def shelf(north):
    return LocationFactory(warehouse=north, code="A-01")


@pytest.fixture
def staff(north, south):
    return person(rights={north: "view", south: "view"})


@pytest.fixture
def story(client, staff, desk, bolt, north, south, shelf):
    """10 at NORTH, then 7 there and 2 at SOUTH, then 1 more at NORTH: the moments between."""
    client.force_login(staff)
    bolt.low_threshold = 20
    bolt.save()
    moments = [typed(now())]
    desk.receive(north, bolt, 10, shelf)
    moments.append(typed(now()))
    desk.transfer(north, south, bolt, 2)
    desk.ship(north, bolt, 1)
    moments.append(typed(now()))
    desk.receive(north, bolt, 1, shelf)
    return moments


def listed(response):
    return [(row.product.sku, row.quantity, row.state, row.change) for row in response.context["listed"]]


def test_the_list_shows_what_the_books_said(client, story):
    assert [listed(client.get(LIST, {"at": at})) for at in story] == [
        [("BOLT-M8", 0, None, None)],
        [("BOLT-M8", 10, None, None)],
        [("BOLT-M8", 9, None, None)],
    ]
    assert listed(client.get(LIST, {"at": story[2], "warehouse": "SOUTH"})) == [("BOLT-M8", 2, None, None)]


def test_the_list_says_that_it_is_the_past_and_judges_no_states(client, story):
    response = client.get(LIST, {"at": story[1], "state": "low"})
    page = words(response)
    assert "This is the past: what the books said on" in page
    assert "is not judged" in page
    assert listed(response) == [("BOLT-M8", 10, None, None)]
    assert (">Low<" in response.content.decode(), "This is the past" in words(client.get(LIST))) == (False, False)


def test_the_list_compares_two_moments_whichever_comes_first(client, story):
    for asked in ({"at": story[2], "against": story[1]}, {"at": story[1], "against": story[2]}):
        assert listed(client.get(LIST, asked)) == [("BOLT-M8", 9, None, -1)]
    # With now: the levels and states are those of now.
    assert [row[1:] for row in listed(client.get(LIST, {"against": story[1]}))] == [(10, "low", 0)]


def test_figures_lead_to_the_lines_that_made_them(client, story):
    page = client.get(LIST, {"against": "2026-01-01T10:00", "warehouse": "NORTH"}).content.decode()
    assert 'href="/why/BOLT-M8/?warehouse=NORTH&amp;against=2026-01-01T10%3A00"' in page
    assert 'href="/products/BOLT-M8/?&amp;against=2026-01-01T10%3A00"' in page
    page = client.get(PAGE).content.decode()
    assert re.findall(r'href="(/why/[^"]*)"', page) == [
        "/why/BOLT-M8/",
        "/why/BOLT-M8/?warehouse=NORTH&amp;bin=A-01",
        "/why/BOLT-M8/?warehouse=NORTH",
        "/why/BOLT-M8/?warehouse=SOUTH&amp;bin=DEFAULT",
        "/why/BOLT-M8/?warehouse=SOUTH",
    ]
    assert 'href="/why/BOLT-M8/?warehouse=NORTH&amp;bin=A-01"' in client.get(BIN).content.decode()


def test_moments_are_chips_that_take_themselves_away_and_the_forms_keep_them(client, story):
    with time_machine.travel("2026-11-23 12:00Z"):
        response = client.get(LIST, {"q": "bolt", "at": "2026-11-20T14:30", "against": "2026-11-19T08:00:05"})
    assert response.context["chips"] == [
        {"label": "As of 20 Nov 2026, 14:30 (UTC)", "href": "?q=bolt&against=2026-11-19T08%3A00%3A05"},
        {"label": "Compared with 19 Nov 2026, 08:00:05 (UTC)", "href": "?q=bolt&at=2026-11-20T14%3A30"},
    ]
    search, picker = re.findall(r"<form class=.*?</form>", response.content.decode(), re.DOTALL)[-2:]
    assert '<input type="hidden" name="at" value="2026-11-20T14:30">' in search
    assert '<input type="hidden" name="q" value="bolt">' in picker
    assert 'type="datetime-local"' in picker


def test_a_moment_is_the_readers_own(client, desk, bolt, north):
    with time_machine.travel("2026-11-23 12:00Z"):
        client.force_login(person(rights={north: "view"}, time_zone="Asia/Tokyo"))
        response = client.get(LIST, {"at": "2026-11-23T20:59"})
    assert response.context["moments"].shown.isoformat() == "2026-11-23T20:59:00+09:00"
    assert "what the books said on 23 Nov 2026, 20:59 (Asia/Tokyo)" in words(response)


@pytest.mark.parametrize("page", [LIST, PAGE, BIN, "/why/BOLT-M8/"])
@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-11-23T12:01", "This is still to come. Now it is 23 Nov 2026, 12:00 (UTC): choose a moment before."),
        ("yesterday", "Write a day and a time that the clock showed, like 2026-11-20 14:30."),
        ("2026-02-30T10:00", "Write a day and a time that the clock showed, like 2026-11-20 14:30."),
        ("0001-01-01T00:00+14:00", "Write a day and a time that the clock showed, like 2026-11-20 14:30."),
        ("9999-12-31T23:59-12:00", "Write a day and a time that the clock showed, like 2026-11-20 14:30."),
        ("\x00", "Write a day and a time that the clock showed, like 2026-11-20 14:30."),
    ],
)
def test_a_moment_to_come_or_none_is_said_beside_its_field_and_the_page_shows_now(client, story, page, at, says):
    with time_machine.travel("2026-11-23 12:00Z", tick=False):
        response = client.get(page, {"at": at})
    assert response.status_code == 200
    assert says in words(response)
    assert "This is the past" not in words(response)


def test_an_hour_that_the_clock_skipped_is_no_moment(client, bolt, north):
    client.force_login(person(rights={north: "view"}, time_zone="Europe/Berlin"))
    assert "a time that the clock showed" in words(client.get(LIST, {"at": "2026-03-29T02:30"}))


def test_the_products_page_shows_each_warehouse_then_and_what_changed(client, story):
    response = client.get(PAGE, {"at": story[2], "against": story[1]})
    assert [
        (row.warehouse.code, row.quantity, row.change, [(part.bin, part.quantity) for part in row.parts])
        for row in response.context["past"]
    ] == [("NORTH", 7, -3, [("A-01", 7)]), ("SOUTH", 2, 2, [("DEFAULT", 2)])]
    assert "This is the past" in words(response)
    assert "What made the difference" in words(response)
    assert "Last movements" not in words(response)


def test_a_bin_shows_what_lay_there(client, story):
    shown = [
        [(row.product.sku, row.quantity) for row in client.get(BIN, {"at": at}).context["contents"]] for at in story
    ]
    assert shown == [[], [("BOLT-M8", 10)], [("BOLT-M8", 7)]]
    assert "This bin was empty" in words(client.get(BIN, {"at": story[0]}))


def test_a_bin_of_the_past_comes_in_pages(client, staff, desk, north, shelf):
    fill(desk, north, PAGE_SIZE + 2, location=shelf)
    at = typed(now())
    client.force_login(staff)
    first = client.get(BIN, {"at": at})
    rest = client.get(BIN, {"at": at, "after": first.context["page"].after})
    assert [len(page.context["contents"]) for page in (first, rest)] == [PAGE_SIZE, 2]


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_past_costs_the_same_whatever_it_shows(
    client, staff, desk, bolt, north, shelf, rows, django_assert_num_queries
):
    first = typed(now())
    fill(desk, north, rows, location=shelf)
    for n in range(rows):
        desk.receive(north, bolt, 1, LocationFactory(warehouse=north, code=f"B-{n}"))
    at = typed(now())
    client.force_login(staff)
    # The person, their warehouses, the page, its levels then, the count, the categories; and those of another moment.
    with django_assert_num_queries(7):
        client.get(LIST, {"at": at, "against": first})
    # The person, the product, places now and the warehouses, levels at both moments and bins, barcodes.
    with django_assert_num_queries(8):
        client.get(PAGE, {"at": at, "against": first})
    # The person, the warehouse, the bin, its contents, a page of products.
    with django_assert_num_queries(5):
        client.get(BIN, {"at": at})
