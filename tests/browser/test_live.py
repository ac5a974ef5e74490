"""What somebody looks at says within a moment that it has changed, and what they type stays under their fingers."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.models import Alert
from alerts.services import acknowledge
from tests.browser.job import sign_in
from tests.desk import Desk
from tests.factories import person
from tests.inventory_site.streaming import Streaming

# Far less than the 20 seconds after which a page asks by itself.
MOMENT = 4_000


@pytest.fixture
def streaming(live_server, settings):
    """The process that streams, where `make run` has it: at another port of the same host. It outlives the browser."""
    started = Streaming(EVENTS_URL="http://localhost", BASE_URL=live_server.url)
    settings.EVENTS_URL = f"http://localhost:{started.port}"
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, "connect-src": ["'self'", settings.EVENTS_URL]}}
    yield started
    started.stop()


@pytest.fixture
def open_browser(streaming, open_browser):
    return open_browser


def greeted(page):
    """Wait until the page has its stream."""
    expect(page.locator("[data-events][data-streams]")).to_have_count(1)


@pytest.fixture
def desk(site):
    desk = Desk(site.ana)
    desk.receive(site.north, site.bolt, 40)
    return desk


def figure(page):
    return page.locator("#unread-tab" if page.viewport_size["width"] < 400 else "#unread-side")


def changed(page):
    return page.locator("[data-changed]")


def test_the_figure_and_the_list_say_it_at_once(page, site, desk, look):
    sign_in(page, site.ana)
    page.goto("/alerts/")
    greeted(page)
    expect(changed(page)).to_be_hidden()
    desk.ship(site.north, site.bolt, 25)
    expect(figure(page)).to_contain_text("1 unread", timeout=MOMENT)
    expect(changed(page)).to_be_visible()
    look(page, "list-changed")
    changed(page).get_by_role("link", name="Show it").click()
    expect(page.locator("#rows")).to_contain_text("BOLT-M8")
    expect(changed(page)).to_be_hidden()


def test_an_open_alert_says_that_somebody_else_was_there_and_keeps_what_is_typed(page, site, desk, look):
    desk.receive(site.north, site.nut, 40)
    desk.ship(site.north, site.bolt, 25)
    alert, other = Alert.objects.get(), person("staff", {site.north: "operate"})
    sign_in(page, site.ana)
    page.goto(alert.get_absolute_url())
    greeted(page)
    page.locator("summary", has_text="Comment").click()
    page.get_by_label("Comment").fill("South Yard sen")
    acknowledge(alert=alert, by=other, at=timezone.now())
    expect(changed(page)).to_be_visible(timeout=MOMENT)
    expect(page.get_by_label("Comment")).to_have_value("South Yard sen")
    expect(page.get_by_label("Comment")).to_be_focused()
    look(page, "alert-changed")
    changed(page).get_by_role("link", name="Show it").click()
    expect(page.locator("#what")).to_have_text("Acknowledged")


def test_what_somebody_does_themselves_and_what_happens_elsewhere_is_no_news(page, site, desk):
    desk.ship(site.north, site.bolt, 25)
    alert = Alert.objects.get()
    sign_in(page, site.ana)
    page.goto(alert.get_absolute_url())
    greeted(page)
    desk.receive(site.south, site.nut, 1)
    acknowledge(alert=alert, by=site.ana, at=timezone.now())
    page.wait_for_timeout(1000)
    expect(changed(page)).to_be_hidden()


def test_who_signs_out_elsewhere_gets_no_more_and_the_page_stays_quiet(page, site, desk):
    from accounts.services.sessions import end_sessions

    sign_in(page, site.ana)
    page.goto("/alerts/")
    greeted(page)
    end_sessions(person=site.ana)
    expect(page.locator("[data-streams]")).to_have_count(0, timeout=MOMENT)
    desk.ship(site.north, site.bolt, 25)
    page.wait_for_timeout(1000)
    expect(changed(page)).to_be_hidden()
    expect(figure(page)).to_be_empty()


def test_without_a_stream_the_page_asks_by_itself(page, site, desk, settings):
    settings.EVENTS_URL = ""
    page.clock.install()
    sign_in(page, site.ana)
    # What is asked when the clock jumps would have taken 20 seconds.
    with page.expect_response("**/alerts/unread/"):
        page.goto("/alerts/")
    expect(page.locator("#unread-asks:not(.htmx-request)")).to_have_count(1)
    desk.ship(site.north, site.bolt, 25)
    page.clock.fast_forward(20_000)
    expect(figure(page)).to_contain_text("1 unread")


def test_when_the_stream_breaks_the_page_asks_by_itself(page, site, desk, streaming):
    page.clock.install()
    sign_in(page, site.ana)
    page.goto("/alerts/")
    greeted(page)
    streaming.process.kill()
    expect(page.locator("[data-streams]")).to_have_count(0)
    desk.ship(site.north, site.bolt, 25)
    page.clock.run_for(20_000)
    expect(figure(page)).to_contain_text("1 unread")
