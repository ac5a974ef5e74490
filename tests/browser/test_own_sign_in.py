"""What people do about their own sign-in, in a browser: the company's provider, and another address."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.delivery import send_links
from tests.accounts.codes import let_proofs_grow_old
from tests.accounts.provider import CLIENT, SECRET, Provider
from tests.browser.job import assert_accessible, session_key
from tests.factories import PASSWORD, person

# How its screens look at a desk as well is seen with all the others.
pytestmark = pytest.mark.parametrize("page", ["phone"], indirect=True)

TODAY = re.compile(r":\d+/$")


@pytest.fixture
def provider(live_server, settings):
    running = Provider()
    settings.BASE_URL = live_server.url
    settings.OIDC_SERVER_URL, settings.OIDC_NAME = running.url, "Acme"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    yield running
    running.stop()


def test_a_button_leads_to_the_provider_and_back_inside(page, provider, site):
    """The policy of our pages lets forms lead to ourselves alone, so this is where a redirect would be stopped."""
    person("staff", email="sam@example.com")
    page.goto("/profile/")
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Profile")


def test_who_has_no_account_is_told_on_the_sign_in_page(page, provider, site):
    page.goto("/sign-in/")
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page.get_by_text("There is no active account for you here.")).to_be_visible()


def test_who_has_no_password_confirms_at_the_provider(page, provider, site):
    sam = person("staff", email="sam@example.com")
    sam.set_unusable_password()
    sam.save()
    page.goto("/profile/")
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Profile")
    let_proofs_grow_old(session_key(page))
    page.goto("/profile/address/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    assert_accessible(page)
    page.get_by_role("link", name="Confirm with Acme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Change the e-mail address")


def test_another_address(page, live_server, settings, site):
    settings.BASE_URL = live_server.url
    person("staff", email="sam@example.com", name="Sam")
    page.goto("/sign-in/?next=/profile/")
    page.fill("input[name=login]", "sam@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Change the e-mail address").click()
    page.fill("input[name=email]", "new@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    send_links()
    page.goto(re.search(r"http\S+/profile/address/\S+", mail.outbox[-1].body)[0])
    page.get_by_role("button", name="Confirm the address").click()
    expect(page.get_by_text("From now on you sign in with new@example.com.")).to_be_visible()
