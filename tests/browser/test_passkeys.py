"""A passkey from its making to its end, with an authenticator that Chromium plays."""

import re

import pytest
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from playwright.sync_api import expect

from inventory_site.web.trail import Act
from tests.accounts.codes import code_now, let_proofs_grow_old
from tests.browser.job import session_key
from tests.factories import PASSWORD, person

# How its screens look at a desk as well is seen with all the others.
pytestmark = pytest.mark.parametrize("page", ["phone"], indirect=True)

TODAY = re.compile(r":\d+/$")
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def device(page, live_server, settings):
    """The person's device; passkeys are bound to the name of the site, which is that of the live server here."""
    settings.BASE_URL = live_server.url
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})

    def verifies(person):
        session.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": person})

    return verifies


def give_password(page, ada):
    page.goto("/sign-in/")
    page.fill("input[name=login]", ada.email)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def set_up(page, ada):
    """Sign in for the first time, as an admin who is led to a second factor, and take a passkey."""
    give_password(page, ada)
    expect(page.get_by_text("With your role you need a second factor")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    page.fill("input[name=name]", "Scanner 7")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#codes li")).to_have_count(10)


def sign_out(page):
    page.context.clear_cookies()
    page.goto("/sign-in/")


def test_an_admin_makes_one_and_signs_in_with_it_alone(page, device, site):
    ada = person("admin", email="ada@example.com", second_factor=False)
    set_up(page, ada)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Scanner 7")).to_be_visible()
    sign_out(page)
    first = page.locator("main button[type=submit]").first
    expect(first).to_have_text("Sign in with a passkey")
    first.click()
    expect(page).to_have_url(TODAY)
    page.goto("/admin/")
    expect(page).to_have_url(re.compile(r"/admin/$"))


def test_it_is_the_second_step_after_a_password(page, device, site):
    ada = person("admin", email="ada@example.com", second_factor=False)
    set_up(page, ada)
    sign_out(page)
    give_password(page, ada)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(TODAY)


def test_a_device_that_did_not_verify_its_owner_opens_nothing(page, device, site):
    set_up(page, person("admin", email="ada@example.com", second_factor=False))
    sign_out(page)
    device(False)
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_text("That did not work: no passkey was used.")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
    device(True)
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(TODAY)


def test_who_is_suspended_is_told_and_stays_out(page, device, site):
    ada = person("admin", email="ada@example.com", second_factor=False)
    set_up(page, ada)
    sign_out(page)
    type(ada).objects.filter(pk=ada.pk).update(status="suspended")
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_text("Your account is not active. Ask an admin of your company.")).to_be_visible()
    page.goto("/profile/")
    expect(page).to_have_url(re.compile(r"/sign-in/"))


def test_it_is_named_anew_and_the_last_one_of_an_admin_stays(page, device, site):
    ada = person("admin", email="ada@example.com", second_factor=False)
    set_up(page, ada)
    page.goto("/profile/security/")
    page.get_by_role("link", name="Scanner 7").click()
    page.fill("input[name=name]", "Old scanner")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Old scanner").click()
    page.get_by_role("link", name="Remove this passkey").click()
    expect(page.get_by_text("Set up another one before you remove this one.")).to_be_visible()
    type(ada).objects.filter(pk=ada.pk).update(role="staff")
    page.reload()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Security")
    assert Authenticator.objects.count() == 0


def test_the_recovery_codes_are_kept_as_a_file(page, device, site):
    set_up(page, person("admin", email="ada@example.com", second_factor=False))
    shown = page.locator("#codes li").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as a file").click()
    assert download.value.suggested_filename == "holdfast-recovery-codes.txt"
    assert download.value.path().read_text().split() == [code.strip() for code in shown]


def test_who_removed_it_uses_the_second_factor_that_is_left(page, device, site):
    """A passkey beside an app: added after a fresh proof, removed after another, and gone from the sign-in."""
    ada = person("admin", email="ada@example.com")
    give_password(page, ada)
    page.fill("input[name=code]", code_now())
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(TODAY)
    page.goto("/profile/security/passkeys/add/")
    page.fill("input[name=name]", "Scanner 7")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Your passkey is added.")).to_be_visible()
    let_proofs_grow_old(session_key(page))
    page.goto("/profile/security/")
    page.get_by_role("link", name="Scanner 7").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("link", name="Remove this passkey").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Security")
    assert [row.type for row in Authenticator.objects.filter(user=ada).exclude(type="recovery_codes")] == ["totp"]
    sign_out(page)
    page.locator("main button[type=submit]").first.click()
    expect(page.get_by_text("This passkey is not known here any more.")).to_be_visible()
    give_password(page, ada)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    acts = [Act.FACTOR_ADDED, Act.PROVED, Act.FACTOR_REMOVED]
    assert (
        list(
            LogEntry.objects.filter(action__in=acts, changes__means=["None", "passkey"])
            .order_by("pk")
            .values_list("action", flat=True)
        )
        == acts
    )
