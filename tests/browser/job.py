"""The main job as a person does it, with scripts or without, and the questions asked of every screen on the way."""

import re

from playwright.sync_api import Page, expect

from tests.accounts.codes import code_now
from tests.factories import PASSWORD


def sign_in(page: Page, person):
    page.goto("/sign-in/")
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if person.has_second_factor:
        page.locator("[name=code]").fill(code_now())
        page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("h1")).not_to_have_text(re.compile("^(Sign in|Second step)$"))


def add(page: Page, code, *, name):
    """Type a code and press Add; the newest line then stands on top."""
    page.locator("#id_code").fill(code)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#lines li").first).to_contain_text(name)


def fill_line(page: Page, **fields):
    """Fill in fields of the line on top."""
    for name, text in fields.items():
        page.locator("#lines li").first.locator(f"[name$='-{name}']").fill(text)


def book(page: Page):
    page.locator(".bar button").click()


def told(page: Page, words):
    expect(page.locator("#messages")).to_contain_text(words)


def main_job(page: Page, site, look=lambda page: None):
    """Receive, ship, be refused, see the alert, undo, transfer, undo from the message. `look` is shown every screen."""
    page.goto("/sign-in/")
    look(page)
    sign_in(page, site.ana)
    expect(page.locator("h1")).to_contain_text("Ana")
    look(page)

    page.goto("/receive/")
    look(page)
    add(page, "BOLT-M8", name=site.bolt.name)
    fill_line(page, quantity="100", location="A-01")
    look(page)
    book(page)
    told(page, "Received 100 × BOLT-M8")
    look(page)

    page.goto("/ship/")
    add(page, "4006381333931", name=site.bolt.name)
    fill_line(page, quantity="999")
    book(page)
    expect(page.locator("#error-summary")).to_contain_text("Only 100 on hand in NORTH. Enter 100 or less.")
    expect(page.locator("#lines .errors")).to_have_text("Only 100 on hand in NORTH. Enter 100 or less.")
    look(page)
    fill_line(page, quantity="85")
    book(page)
    told(page, "Shipped 85 × BOLT-M8")

    page.goto("/alerts/")
    expect(page.locator("#rows")).to_contain_text("BOLT-M8")
    look(page)

    page.goto("/transactions/")
    look(page)
    page.get_by_role("link", name="Shipped").first.click()
    expect(page.locator("h1")).to_have_text("Shipped 85 × BOLT-M8")
    look(page)
    page.get_by_role("button", name="Undo").click()
    told(page, "Undone: Shipped 85 × BOLT-M8")
    expect(page.get_by_role("link", name="Undone on")).to_be_visible()
    look(page)

    page.goto("/transfer/")
    page.get_by_label("To warehouse").select_option("SOUTH")
    add(page, "CASE-12", name=site.bolt.name)
    look(page)
    page.get_by_role("button", name="Already there: book both at once").click()
    told(page, "Transferred 12 × BOLT-M8")
    page.locator("#messages").get_by_role("button", name="Undo").click()
    told(page, "Undone: Transferred 12 × BOLT-M8")

    page.goto("/alerts/")
    expect(page.locator("#page")).to_contain_text("Nothing needs attention")
    look(page)


def session_key(page: Page):
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"].endswith("sessionid"))


# No rule here asks what style sheets import; reading them for it puts styles into the page, which the policy refuses.
AXE = {"resultTypes": ["violations"], "preload": False}


def assert_accessible(page: Page):
    """Axe finds nothing on the screen as it is, light and dark; in the dark only its rules about colours are new."""
    from axe_playwright_python.base import AXE_SCRIPT, AxeResults

    page.evaluate(AXE_SCRIPT)
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast", "link-in-text-block"]})):
        page.emulate_media(color_scheme=scheme)
        found = AxeResults(page.evaluate("options => axe.run(document, options)", AXE | rules))
        assert found.violations_count == 0, f"{page.url} ({scheme})\n{found.generate_report()}"
    page.emulate_media(color_scheme="light")


class Stopwatch:
    """How long each page and fragment of the site took to answer, in milliseconds."""

    def __init__(self, page: Page):
        self.took = []
        page.on("requestfinished", self._note)

    def _note(self, request):
        if request.resource_type in ("document", "fetch", "xhr"):
            timing = request.timing
            self.took.append((round(timing["responseStart"] - timing["requestStart"]), request.url))
