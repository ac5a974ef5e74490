"""The pages of people as an admin meets them: to look at, and a right that saves itself, with scripts and without."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import WarehouseUserPermission
from accounts.services import invite
from tests.accounts.codes import prove
from tests.browser.job import assert_accessible, told
from tests.browser.thumb import ASIDE, SMALL, SMALL_TYPE, WIDER
from tests.factories import PASSWORD, person


@pytest.fixture
def people(site):
    """Ada the admin, Sam of staff, Kim who is invited, Pia who waits, and Sue who is suspended."""
    ada = person("admin", name="Ada Lind", email="ada@example.com")
    invited = invite(
        email="kim@example.com",
        role="manager",
        home_warehouse=None,
        rights={site.north: "manage"},
        by=ada,
        at=timezone.now(),
    )
    return {
        "ada": ada,
        "sam": person("staff", {site.north: "view"}, name="Sam Porter"),
        "kim": invited.person,
        "pia": person("staff", name="Pia Waits", status="pending"),
        "sue": person("staff", name="Sue Gone", status="suspended"),
    }


@pytest.fixture
def enter(live_server, client, settings):
    """Sign somebody in, whatever stands between password and page; `lately` leaves the proof of who it is."""

    def go(page, who, *, lately=True):
        client.force_login(who)
        if lately:
            prove(client)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return go


def held(who, place):
    row = WarehouseUserPermission.objects.filter(user=who, content_object=place).select_related("permission").first()
    return row and row.permission.codename


def test_screens(page, site, people, enter, settings):
    settings.REGISTRATION = "open"
    enter(page, people["ada"])
    addresses = ["/people/", "/people/?status=pending&q=pia", "/people/rights/", "/people/invite/", "/people/at/NORTH/"]
    addresses += [f"/people/{people[name].pk}/" for name in ("ada", "sam", "kim", "pia", "sue")]
    addresses += [f"/people/{people['sue'].pk}/anonymise", "/register/", "/register/sent/"]
    wrong = []
    for address in addresses:
        assert page.goto(address).status == 200, address
        assert_accessible(page)
        if page.viewport_size["width"] < 400:
            questions = (WIDER, ASIDE, SMALL_TYPE, SMALL)
            wrong += [(address, each) for question in questions for each in page.evaluate(question)]
    assert wrong == []


def test_a_right_in_the_matrix_saves_itself(page, site, people, enter):
    enter(page, people["ada"])
    page.goto("/people/rights/")
    page.get_by_label("Right of Sam Porter in North Quay").select_option("manage")
    told(page, "Sam Porter in NORTH: Manage")
    assert held(people["sam"], site.north) == "manage_warehouse"
    page.get_by_label("Right of Sam Porter in North Quay").select_option("")
    told(page, "Sam Porter in NORTH: None")
    assert held(people["sam"], site.north) is None
    page.reload()
    expect(page.get_by_label("Right of Sam Porter in North Quay")).to_have_value("")


def test_a_choice_after_a_quarter_of_an_hour_leads_to_the_password_and_back(page, site, people, enter):
    enter(page, people["ada"], lately=False)
    page.goto("/people/rights/?q=sam")
    page.get_by_label("Right of Sam Porter in North Quay").select_option("manage")
    expect(page.get_by_text("Nothing was changed. Confirm that it is you, then choose again.")).to_be_visible()
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"/people/rights/\?q=sam$"))
    assert held(people["sam"], site.north) == "view_warehouse"
    page.get_by_label("Right of Sam Porter in North Quay").select_option("manage")
    told(page, "Sam Porter in NORTH: Manage")
    assert held(people["sam"], site.north) == "manage_warehouse"


def test_a_right_is_saved_without_scripts(open_browser, site, people, enter):
    page = open_browser("desk", java_script_enabled=False)
    enter(page, people["ada"])
    page.goto("/people/rights/?q=sam")
    page.get_by_label("Right of Sam Porter in South Yard").select_option("operate")
    page.locator("form.right", has=page.get_by_label("Right of Sam Porter in South Yard")).get_by_role("button").click()
    expect(page).to_have_url("/people/rights/?q=sam")
    told(page, "Sam Porter in SOUTH: Operate")
    assert held(people["sam"], site.south) == "operate_warehouse"
