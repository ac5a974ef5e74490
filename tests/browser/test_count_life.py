"""The whole life of a count: opened at a desk, counted on a phone in the aisle, reviewed, posted, undone."""

import pytest
from playwright.sync_api import expect

from stock.models import Count, CountSubmission
from tests.browser.job import assert_accessible, sign_in, told
from tests.browser.thumb import ASIDE, SMALL, SMALL_TYPE, WIDER
from tests.desk import Desk, level
from tests.factories import ProductFactory, person


@pytest.fixture
def floor(site):
    """40 bolts in A-01, 24 bolts and a lot of milk in A-02; Cleo operates in NORTH."""
    desk = Desk(site.ana)
    site.milk = ProductFactory(sku="MILK-1L", name="Whole milk, long life, one litre carton", tracks_lots=True)
    a01, a02 = (site.north.locations.get(code=code) for code in ("A-01", "A-02"))
    desk.receive(site.north, site.bolt, 40, a01)
    desk.receive(site.north, site.bolt, 24, a02)
    desk.receive(site.north, site.milk, 12, a02, "L-7")
    site.cleo = person("staff", {site.north: "operate"}, name="Cleo Park", home_warehouse=site.north)
    return site


def look(page):
    """Ask of a screen what is asked of all: axe finds nothing, and on a phone all fits the thumb."""
    assert_accessible(page)
    if page.viewport_size["width"] < 400:
        questions = (WIDER, ASIDE, SMALL_TYPE, SMALL)
        assert [each for question in questions for each in page.evaluate(question)] == []


def quantity(page, number):
    return page.locator(f"[name='line-{number}-quantity']")


def finish(page):
    page.get_by_role("button", name="Nothing more here").click()


def test_the_life_of_a_count(open_browser, floor):
    desk = open_browser("desk")
    sign_in(desk, floor.ana)
    desk.goto("/counts/")
    look(desk)
    desk.get_by_role("link", name="Open a count").click()
    expect(desk.locator("#id_bins")).to_be_visible()
    expect(desk.locator("#id_category")).to_be_hidden()
    desk.locator("#id_bins").fill("A-*")
    desk.get_by_label("Cleo Park").check()
    look(desk)
    desk.get_by_role("button", name="Open the count").click()
    told(desk, "is open")
    count = Count.objects.get()
    assert {each.name for each in count.assignees.all()} == {"Ana Weber", "Cleo Park"}

    phone = open_browser("phone")
    sign_in(phone, floor.cleo)
    phone.goto(f"/counts/{count.pk}/")
    expect(phone.locator("#bins")).to_have_text("0 of 2 bins counted")
    look(phone)
    phone.locator("#id_code").fill("a-01")
    phone.get_by_role("button", name="Count", exact=True).click()
    expect(phone.locator("h1")).to_have_text("Bin A-01")
    look(phone)
    quantity(phone, 0).fill("38")
    finish(phone)
    told(phone, "A-01 is counted.")
    expect(phone.locator("#bins")).to_have_text("1 of 2 bins counted")
    look(phone)

    # Scan first: a case raises its line, what is not on the list becomes one, and the lot is asked for.
    phone.get_by_role("link", name="A-02").click()
    expect(phone.locator("h1")).to_have_text("Bin A-02")
    for code, name in (("CASE-12", "line-0-quantity"), ("CASE-12", "line-0-quantity"), ("NUT-M8", "line-2-quantity")):
        phone.locator("#id_code").fill(code)
        phone.get_by_role("button", name="Add", exact=True).click()
        expect(phone.locator("#scan-outcome .up")).to_be_visible()
        expect(phone.locator(f"[name='{name}']")).not_to_have_value("")
    expect(quantity(phone, 0)).to_have_value("24")
    finish(phone)
    expect(phone.locator("#error-summary")).to_contain_text("tick that none of the others is there")
    look(phone)
    expect(quantity(phone, 0)).to_have_value("24")
    phone.get_by_label("I looked: nothing of these is there").check()
    finish(phone)
    told(phone, "A-02 is counted.")

    desk.goto(f"/counts/{count.pk}/")
    expect(desk.locator("#found")).to_contain_text("MILK-1L")
    look(desk)
    desk.locator("tr", has_text="MILK-1L").get_by_role("checkbox").check()
    desk.get_by_role("button", name="Count again").click()
    told(desk, "1 line is to be counted again.")

    phone.goto(f"/counts/{count.pk}/bins/A-02/")
    expect(phone.locator("#lines li")).to_have_count(1)
    quantity(phone, 0).fill("12")
    finish(phone)
    told(phone, "A-02 is counted.")

    desk.goto(f"/counts/{count.pk}/")
    desk.get_by_role("link", name="Post", exact=True).click()
    expect(desk.get_by_role("button", name="Post the count")).to_be_visible()
    look(desk)
    desk.get_by_role("button", name="Post the count").click()
    told(desk, "is posted")
    look(desk)
    assert (level(floor.bolt, floor.north), level(floor.nut, floor.north)) == (62, 1)
    assert level(floor.milk, floor.north) == 12
    phone.goto("/counts/")
    expect(phone.locator("#page")).to_contain_text("25 %")
    look(phone)
    desk.get_by_role("button", name="Undo the count").click()
    told(desk, "is undone")
    assert (level(floor.bolt, floor.north), level(floor.nut, floor.north)) == (64, 0)


def test_what_was_typed_outlives_a_lost_signal_and_a_dead_battery(open_browser, floor):
    from tests.stock.counting import Counter

    count = Counter(floor.cleo).open(floor.north, floor.north.locations.get(code="A-02"))
    phone = open_browser("phone")
    sign_in(phone, floor.cleo)
    phone.goto(f"/counts/{count.pk}/bins/A-02/")
    quantity(phone, 0).fill("23")
    phone.context.set_offline(True)
    finish(phone)
    told(phone, "No answer from the server")
    expect(quantity(phone, 0)).to_have_value("23")
    phone.context.set_offline(False)
    phone.goto("/")
    phone.goto(f"/counts/{count.pk}/bins/A-02/")
    told(phone, "What you typed here before is back.")
    expect(quantity(phone, 0)).to_have_value("23")
    quantity(phone, 1).fill("12")
    finish(phone)
    told(phone, "A-02 is counted.")
    assert CountSubmission.objects.count() == 1
    phone.goto(f"/counts/{count.pk}/bins/A-02/")
    expect(quantity(phone, 0)).to_have_value("")


def test_a_bin_is_counted_without_scripts(open_browser, floor):
    from tests.stock.counting import Counter

    count = Counter(floor.cleo).open(floor.north, floor.north.locations.get(code="A-01"))
    phone = open_browser("phone", java_script_enabled=False)
    sign_in(phone, floor.cleo)
    phone.goto(f"/counts/{count.pk}/bins/A-01/")
    phone.locator("#id_code").fill("NUT-M8")
    phone.get_by_role("button", name="Add", exact=True).click()
    finish(phone)
    expect(phone.locator("#error-summary")).to_contain_text("Enter what you found")
    quantity(phone, 0).fill("40")
    finish(phone)
    expect(phone.locator("#messages")).to_contain_text("A-01 is counted.")
    assert count.lines.count() == 2
