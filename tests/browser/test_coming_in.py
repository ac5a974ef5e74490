"""How somebody comes in, in a browser: by an own registration, by an invitation, with and without scripts."""

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.delivery import send_links
from accounts.models import User
from accounts.services import invite
from tests.browser.job import assert_accessible
from tests.factories import person

LINK = re.compile(r"http\S+")


@pytest.fixture(autouse=True)
def own_address(live_server, settings, site):
    settings.BASE_URL, settings.REGISTRATION = live_server.url, "open"


def newest_link():
    send_links()
    return LINK.search(mail.outbox[-1].body)[0]


def test_who_registers_finds_the_time_zone_of_their_device(open_browser):
    page = open_browser(timezone_id="Asia/Tokyo")
    page.goto("/register/")
    page.get_by_label("E-mail").fill("sam@example.com")
    page.get_by_role("button", name="Send me the mail").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    page.goto(newest_link())
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    assert_accessible(page)
    page.get_by_label("Time zone").fill("Nowhere")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    # What was typed stays.
    expect(page.get_by_label("Time zone")).to_have_value("Nowhere")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_invited_person_comes_in(open_browser, site, scripts):
    admin = person("admin", name="Ada Admin")
    page = open_browser(java_script_enabled=scripts)
    invite(
        email="max@example.com",
        by=admin,
        role=User.Role.STAFF,
        home_warehouse=site.north,
        rights={site.north: "operate"},
        at=timezone.now(),
    )
    page.goto(newest_link())
    page.get_by_label("Name").fill("Max Berg")
    page.get_by_label("Password").fill("seven boxes of blue bolts")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("E-mail").fill("max@example.com")
    page.get_by_label("Password").fill("seven boxes of blue bolts")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Max")
