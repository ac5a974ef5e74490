"""Lots in the aisle: what a shipment will take is said while its quantity is typed, and Undo keeps what is typed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.job import add, assert_accessible, book, fill_line, sign_in, told
from tests.desk import Desk, holdings
from tests.factories import ProductFactory

on_the_phone = pytest.mark.parametrize("page", ["phone"], indirect=True)


@pytest.fixture
def milk(site):
    """50 of L2, which expires first, in A-02, 100 of L1 in A-01, and 7 of L0 that have expired."""
    desk, today = Desk(site.ana), timezone.now().date()
    milk = ProductFactory(sku="MILK-1L", name="Whole milk", tracks_lots=True, shelf_life_days=90)
    shelves = {code: site.north.locations.get(code=code) for code in ("A-01", "A-02")}
    desk.receive(site.north, milk, 100, shelves["A-01"], "L1", today + timedelta(days=30))
    desk.receive(site.north, milk, 50, shelves["A-02"], "L2", today + timedelta(days=10))
    desk.receive(site.north, milk, 7, shelves["A-02"], "L0", today - timedelta(days=1))
    return milk


def line(page, number=0):
    return page.locator("#lines li").nth(number)


def test_a_shipment_says_what_it_will_take(page, site, milk):
    sign_in(page, site.ana)
    page.goto("/ship/?warehouse=NORTH")
    add(page, "MILK-1L", name=milk.name)
    expect(line(page)).to_contain_text("Takes 1 of L2 (A-02")
    fill_line(page, quantity="60")
    expect(line(page)).to_contain_text("Takes 50 of L2 (A-02")
    expect(line(page)).to_contain_text("10 of L1 (A-01")
    fill_line(page, quantity="151")
    expect(line(page)).to_contain_text("Only 150 on hand in NORTH.")
    expect(line(page).get_by_role("link", name="Adjust 7 of L0 out of A-02")).to_be_visible()
    assert_accessible(page)
    expect(page.locator("[name=lot_reason]")).to_be_hidden()
    fill_line(page, quantity="4")
    line(page).get_by_role("button", name="A-01 · L1 · 100").click()
    expect(line(page)).to_contain_text("Lot L2 goes first. Write why lot L1 is taken instead.")
    book(page)
    expect(page.locator("#id_lot_reason_error")).to_contain_text("Lot L2 goes first.")
    assert_accessible(page)
    page.locator("[name=lot_reason]").fill("The customer asks for fresh goods")
    book(page)
    told(page, "Shipped 4 × MILK-1L")
    assert holdings(milk, site.north)[("A-01", "L1")] == 96


@on_the_phone
def test_a_line_that_is_taken_away_leaves_its_goods_to_the_others(page, site, milk):
    sign_in(page, site.ana)
    page.goto("/ship/?warehouse=NORTH&code=MILK-1L")
    fill_line(page, quantity="50")
    line(page).get_by_role("button", name="Another line of MILK-1L").click()
    expect(line(page, 1)).to_contain_text("Takes 49 of L2")
    line(page).get_by_role("button", name="Remove MILK-1L").click()
    expect(line(page)).to_contain_text("Takes 50 of L2")


@on_the_phone
def test_an_answer_that_comes_late_does_not_forget_the_line_that_came_meanwhile(page, site, milk):
    sign_in(page, site.ana)
    page.goto("/ship/?warehouse=NORTH&code=MILK-1L")
    asked = []
    page.route("**/lines/ship/facts/", lambda route: asked.append(route) or (len(asked) > 1 and route.continue_()))
    with page.expect_request("**/lines/ship/facts/"):
        fill_line(page, quantity="50")
    line(page).get_by_role("button", name="Another line of MILK-1L").click()
    expect(line(page, 1)).to_contain_text("Takes 49 of L2")
    asked[0].continue_()
    expect(line(page, 1)).to_contain_text("Takes 49 of L2")
    page.wait_for_timeout(600)
    expect(line(page, 1)).to_contain_text("Takes 49 of L2")


@on_the_phone
def test_undo_keeps_what_is_typed(page, site, milk):
    sign_in(page, site.ana)
    page.goto("/ship/?warehouse=NORTH&code=MILK-1L")
    book(page)
    told(page, "Shipped 1 × MILK-1L")
    add(page, "MILK-1L", name=milk.name)
    fill_line(page, quantity="9")
    page.locator("#messages").get_by_role("button", name="Undo").click()
    told(page, "Undone: Shipped 1 × MILK-1L")
    expect(line(page).locator("[name$='-quantity']")).to_have_value("9")
    assert holdings(milk, site.north)[("A-02", "L2")] == 50
