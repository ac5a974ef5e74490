"""Scanning onto a sheet with a reader that types: every scan is added once, in its order, and none books."""

import pytest
from playwright.sync_api import expect

from stock.models import Operation
from tests.browser.job import add, assert_accessible, book, sign_in, told
from tests.desk import Desk, level
from tests.factories import LocationFactory


@pytest.fixture
def receiving(open_browser, site):
    page = open_browser("phone")
    sign_in(page, site.ana)
    page.goto("/receive/")
    return page


def quantities(page):
    return {
        line.locator("[name$=-code]").input_value(): line.locator("[name$=-quantity]").input_value()
        for line in page.locator("#lines li").all()
    }


def read_anywhere(page, code):
    """Type as fast as a reader does, wherever the focus is, on a page whose scripts have started."""
    page.wait_for_load_state()
    page.evaluate(
        """code => [...code, "Enter"].forEach(key => document.activeElement.dispatchEvent(
             new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})))""",
        code,
    )


def slow_down(page):
    """Let every scan take its time, so that the next ones come in while it is on its way."""
    page.route("**/lines/receive/", lambda route: (page.wait_for_timeout(300), route.continue_()))


def test_a_burst_of_scans_is_added_one_by_one(receiving):
    field = receiving.locator("#id_code")
    field.focus()
    for code in ["BOLT-M8", "NUT-M8", "BOLT-M8", "CASE-12", "NUT-M8", "4006381333931"]:
        receiving.keyboard.type(code)
        receiving.keyboard.press("Enter")
    expect(receiving.locator("#lines li")).to_have_count(2)
    expect(receiving.locator("#lines [value='15']")).to_be_attached()
    assert quantities(receiving) == {"NUT-M8": "2", "BOLT-M8": "15"}
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    assert Operation.objects.count() == 0


def test_a_scan_outside_of_any_field_is_added_too(receiving):
    receiving.locator("#id_code").blur()
    read_anywhere(receiving, "BOLT-M8")
    expect(receiving.locator("#lines li")).to_have_count(1)


def test_an_unknown_code_says_so_and_gives_way_to_the_next_scan(receiving):
    field = receiving.locator("#id_code")
    field.focus()
    receiving.keyboard.type("NOPE")
    receiving.keyboard.press("Enter")
    words = receiving.locator("#scan-outcome")
    expect(words).to_contain_text("No product has the SKU or barcode NOPE.")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("NOPE")
    assert_accessible(receiving)
    receiving.keyboard.type("BOLT-M8")
    receiving.keyboard.press("Enter")
    expect(words).to_contain_text("BOLT-M8: 1 pcs")
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_an_unknown_code_within_a_burst_stays_on_the_screen(receiving):
    receiving.locator("#id_code").focus()
    slow_down(receiving)
    for code in ["NOPE", "BOLT-M8"]:
        receiving.keyboard.type(code)
        receiving.keyboard.press("Enter")
    expect(receiving.locator("#lines li")).to_have_count(1)
    told(receiving, "No product has the SKU or barcode NOPE.")


def test_a_refusal_leaves_alone_what_is_being_typed(receiving):
    receiving.locator("#id_code").focus()
    slow_down(receiving)
    receiving.keyboard.type("NOPE")
    receiving.keyboard.press("Enter")
    receiving.keyboard.type("BOLT")
    told(receiving, "No product has the SKU or barcode NOPE.")
    receiving.keyboard.type("-M8")
    receiving.keyboard.press("Enter")
    expect(receiving.locator("#lines li")).to_have_count(1)


def test_enter_in_a_quantity_leads_back_to_the_code_and_books_nothing(receiving):
    add(receiving, "BOLT-M8", name="Hex bolt")
    receiving.locator("[name$=-quantity]").fill("7")
    receiving.keyboard.press("Enter")
    expect(receiving.locator("#id_code")).to_be_focused()
    assert quantities(receiving) == {"BOLT-M8": "7"}
    assert Operation.objects.count() == 0


def test_booking_waits_for_the_scans_before_it(receiving, site):
    receiving.locator("#id_code").focus()
    slow_down(receiving)
    for code in ["BOLT-M8", "NUT-M8"]:
        receiving.keyboard.type(code)
        receiving.keyboard.press("Enter")
    book(receiving)
    told(receiving, "Received 2 lines")
    assert (level(site.bolt, site.north), level(site.nut, site.north)) == (1, 1)


def test_without_a_connection_nothing_typed_is_lost(receiving, site):
    add(receiving, "BOLT-M8", name="Hex bolt")
    receiving.locator("[name$=-quantity]").fill("7")
    receiving.context.set_offline(True)
    receiving.locator("#id_code").fill("NUT-M8")
    receiving.keyboard.press("Enter")
    expect(receiving.locator("#scan-outcome")).to_contain_text("Not added, try again: NUT-M8")
    expect(receiving.locator("#id_code")).to_have_value("NUT-M8")
    receiving.locator("#id_code").fill("")
    book(receiving)
    told(receiving, "No answer from the server. Check the connection and try again.")
    receiving.context.set_offline(False)
    book(receiving)
    told(receiving, "Received 7 × BOLT-M8")
    assert level(site.bolt, site.north) == 7


def test_two_taps_book_once(receiving, site):
    add(receiving, "BOLT-M8", name="Hex bolt")
    receiving.locator(".bar button").dblclick()
    told(receiving, "Received 1 × BOLT-M8")
    assert (Operation.objects.count(), level(site.bolt, site.north)) == (1, 1)


def test_going_back_and_sending_again_books_once(receiving, site):
    add(receiving, "BOLT-M8", name="Hex bolt")
    key = receiving.locator("[name=key]").input_value()
    book(receiving)
    told(receiving, "Received 1 × BOLT-M8")
    assert receiving.locator("[name=key]").input_value() != key
    assert Operation.objects.filter(pk=key).count() == Operation.objects.count() == 1


def test_the_stepper_the_packs_and_the_bins_are_tapped(open_browser, site):
    second = LocationFactory(warehouse=site.north, code="B-07")
    desk = Desk(site.ana)
    desk.receive(site.north, site.bolt, 100)
    desk.receive(site.north, site.bolt, 30, second)
    page = open_browser("phone")
    sign_in(page, site.ana)
    page.goto("/ship/?code=BOLT-M8")
    for label in ("One more", "+5", "Pack of 12", "One less"):
        page.get_by_role("button", name=label).tap()
    page.get_by_role("button", name="B-07 · 30").tap()
    expect(page.locator("[name$=-quantity]")).to_have_value("18")
    expect(page.locator("[name$=-location]")).to_have_value("B-07")
    page.get_by_role("button", name="Another line of BOLT-M8").tap()
    expect(page.locator("#lines li")).to_have_count(2)
    page.get_by_role("button", name="Remove BOLT-M8").first.tap()
    expect(page.locator("#lines li")).to_have_count(1)
    book(page)
    told(page, "Shipped 18 × BOLT-M8")


def test_the_direction_is_asked_only_where_the_reason_leaves_it_open(open_browser, site):
    Desk(site.ana).receive(site.north, site.bolt, 100)
    page = open_browser("phone")
    sign_in(page, site.ana)
    page.goto("/adjust/?code=BOLT-M8")
    way = page.locator(".way")
    expect(way).to_be_hidden()
    page.get_by_label("Reason").select_option("correction")
    expect(way).to_be_visible()
    page.get_by_text("Take away", exact=True).tap()
    page.get_by_label("Note").fill("counted twice")
    assert_accessible(page)
    book(page)
    told(page, "Adjusted −1 × BOLT-M8")


def test_the_scan_page_leads_on(open_browser, site):
    page = open_browser("phone")
    sign_in(page, site.ana)
    page.goto("/scan/")
    expect(page.locator("#id_code")).to_be_focused()
    page.keyboard.type("4006381333931")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Hex bolt")
    read_anywhere(page, "A-01")
    expect(page.locator("h1")).to_contain_text("A-01")
