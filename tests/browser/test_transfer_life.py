"""The whole life of a transfer on a phone: prepared, sent, received in two parts, the rest written off, and undone."""

import re

from playwright.sync_api import expect

from stock.models import Transfer
from tests.browser.job import add, assert_accessible, fill_line, sign_in, told
from tests.browser.thumb import SMALL_TYPE, WIDER
from tests.desk import Desk, level, on_the_way
from tests.factories import LocationFactory


def look(page):
    assert_accessible(page)
    assert [each for question in (WIDER, SMALL_TYPE) for each in page.evaluate(question)] == []


def test_the_life_of_a_transfer(open_browser, site):
    desk = Desk(site.ana)
    desk.receive(site.north, site.bolt, 100)
    desk.receive(site.north, site.nut, 10)
    LocationFactory(warehouse=site.south, code="S-01")
    page = open_browser("phone")
    sign_in(page, site.ana)

    # Prepared and kept.
    page.goto("/transfer/?warehouse=NORTH")
    page.get_by_label("To warehouse").select_option("SOUTH")
    add(page, "NUT-M8", name=site.nut.name)
    fill_line(page, quantity="5")
    add(page, "BOLT-M8", name=site.bolt.name)
    fill_line(page, quantity="40")
    look(page)
    page.get_by_role("button", name="Save as draft").tap()
    told(page, "Nothing was taken yet")
    look(page)
    transfer = Transfer.objects.get()
    assert (transfer.state, level(site.bolt, site.north)) == ("draft", 100)

    # Sent.
    page.get_by_role("link", name="Check and send").tap()
    expect(page.locator("#lines li")).to_have_count(2)
    page.get_by_role("button", name="Send", exact=True).tap()
    told(page, "Sent 2 lines")
    expect(page.locator("#state")).to_have_text("On the way")
    look(page)
    assert on_the_way(transfer) == ("sent", (40, 0, 0), (5, 0, 0))

    # A first part, scanned.
    page.goto("/?warehouse=SOUTH")
    page.get_by_role("link", name="1 transfer on the way here").tap()
    expect(page).to_have_url(re.compile("/transfers/\\?"))
    look(page)
    page.get_by_role("link", name="North Quay → South Yard").tap()
    page.get_by_role("link", name="Receive", exact=True).tap()
    expect(page).to_have_url(re.compile("/receive/$"))
    look(page)
    page.locator("#id_code").fill("CASE-12")
    page.keyboard.press("Enter")
    expect(page.locator("#scan-outcome")).to_contain_text("BOLT-M8: 12")
    page.locator("#id_code").fill("CASE-12")
    page.keyboard.press("Enter")
    expect(page.locator("#scan-outcome")).to_contain_text("BOLT-M8: 24")
    expect(page.locator("#lines [name$=-quantity]").nth(1)).to_have_value("0")
    page.locator("#lines [name$=-location]").first.fill("S-01")
    look(page)
    page.get_by_role("button", name="Receive", exact=True).tap()
    told(page, "Received 24 × BOLT-M8")
    assert (on_the_way(transfer), level(site.bolt, site.south)) == (("sent", (40, 24, 0), (5, 0, 0)), 24)

    # More than was sent is refused; then a second part.
    page.get_by_role("link", name="Receive", exact=True).tap()
    page.locator("#lines [name$=-quantity]").first.fill("17")
    page.get_by_role("button", name="Receive", exact=True).tap()
    expect(page.locator("#error-summary")).to_contain_text("book the rest as an adjustment: found")
    look(page)
    page.locator("#lines [name$=-quantity]").first.fill("14")
    page.get_by_role("button", name="Receive", exact=True).tap()
    told(page, "Received 2 lines")
    assert on_the_way(transfer) == ("sent", (40, 38, 0), (5, 5, 0))

    # What is missing is written off.
    page.get_by_role("link", name="Write off what is missing").tap()
    expect(page.locator("#lines [name$=-quantity]")).to_have_value("2")
    page.get_by_label("Reason").select_option("lost")
    look(page)
    page.get_by_role("button", name="Write off").tap()
    told(page, "Wrote off 2 × BOLT-M8")
    expect(page.locator("#state")).to_have_text("Closed")
    look(page)
    assert on_the_way(transfer) == ("closed", (40, 38, 2), (5, 5, 0))

    # Undone: one step from the message, then all of it.
    page.locator("#messages").get_by_role("button", name="Undo").tap()
    told(page, "Undone: Wrote off 2 × BOLT-M8")
    expect(page.locator("#state")).to_have_text("On the way")
    page.get_by_role("button", name="Undo the whole transfer").tap()
    told(page, "is undone")
    expect(page.locator("#state")).to_have_text("Cancelled")
    look(page)
    assert (level(site.bolt, site.north), level(site.bolt, site.south)) == (100, 0)
    assert (level(site.nut, site.north), level(site.nut, site.south)) == (10, 0)
