"""The whole life of an incident on a phone: it appears, is taken, rests, is talked about, helped and ended."""

from playwright.sync_api import expect

from alerts.models import Alert, Delivery
from alerts.services.links import acknowledge_link
from tests.browser.job import assert_accessible, sign_in, told
from tests.desk import Desk


def test_the_whole_life(page, site, look):
    """From the shipment that leaves too little to the word why it is over."""
    desk, figure = Desk(site.ana), "#unread-tab" if page.viewport_size["width"] < 400 else "#unread-side"
    desk.receive(site.north, site.bolt, 40)
    desk.receive(site.south, site.bolt, 100)
    sign_in(page, site.ana)
    expect(page.locator(figure)).to_be_empty()

    desk.ship(site.north, site.bolt, 25)
    page.goto("/alerts/")
    expect(page.locator(figure)).to_contain_text("1 unread")
    look(page, "list")
    # Anew: looking has opened what can be opened.
    page.goto("/alerts/")
    page.locator("summary", has_text="Filter").click()
    assert_accessible(page)
    page.get_by_label("Kind").select_option("low")
    expect(page.locator(".chips")).to_contain_text("Low")
    page.locator("#rows a.row").click()

    expect(page.locator("h1")).to_have_text("Low: BOLT-M8 at NORTH, 15 left")
    expect(page.get_by_role("link", name="Transfer 8 pcs from South Yard")).to_be_visible()
    expect(page.locator(figure)).to_be_empty()
    look(page, "alert-open")
    page.get_by_role("button", name="Acknowledge").click()
    told(page, "Acknowledged: Low: BOLT-M8 at NORTH")
    expect(page.locator("#what")).to_have_text("Acknowledged")

    page.locator("summary", has_text="Snooze").click()
    page.locator("summary", has_text="Resolve").click()
    look(page, "alert-doing")
    page.get_by_role("button", name="Snooze until then").click()
    expect(page.locator("#error-summary")).to_contain_text("Choose a day and a time.")
    look(page, "alert-refused")
    page.get_by_role("button", name="1 hour").click()
    told(page, "Rests now")
    expect(page.locator("#what")).to_have_text("Snoozed")

    page.locator("summary", has_text="Comment").click()
    page.get_by_label("Comment").fill("South Yard sends some.")
    page.get_by_role("button", name="Add the comment").click()
    expect(page.locator(".time-line")).to_contain_text("South Yard sends some.")
    # From the top, without the message that lies over the bar for a while.
    page.goto(page.url.partition("#")[0])
    page.evaluate("scrollTo(0, 0)")
    expect(page.get_by_role("link", name="Transfer 8 pcs from South Yard")).to_be_visible()
    look(page, "alert-history")

    page.get_by_role("link", name="Transfer 8 pcs from South Yard").click()
    expect(page.get_by_label("To warehouse")).to_have_value("NORTH")
    expect(page.locator("#lines [name$='-quantity']")).to_have_value("8")
    page.go_back()

    page.locator("summary", has_text="Resolve").click()
    page.get_by_label("Why it is resolved").fill("South Yard sends eight.")
    page.get_by_role("button", name="Resolve with these words").click()
    told(page, "Resolved: Low: BOLT-M8 at NORTH")
    page.goto("/alerts/?state=resolved")
    expect(page.locator("#rows")).to_contain_text("South Yard sends eight.")
    look(page, "list-resolved")
    alert = Alert.objects.get()
    assert (alert.status, alert.standing, alert.resolved_by) == ("resolved", True, site.ana)
    assert list(alert.events.values_list("kind", flat=True)) == [
        *("opened", "told", "acknowledged", "snoozed", "commented", "resolved")
    ]


def test_the_link_of_a_message(page, site, look):
    """It opens for who is not signed in, and its button works once."""
    desk = Desk(site.ana)
    desk.receive(site.north, site.bolt, 40)
    desk.ship(site.north, site.bolt, 25)
    link = acknowledge_link(Delivery.objects.select_related("alert").get(channel="email"))
    path = "/" + link.split("/", 3)[3]
    page.goto(path)
    expect(page.locator("h1")).to_have_text("Acknowledge this alert?")
    look(page, "link")
    assert Alert.objects.get().status == "open"
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("h1")).to_have_text("Acknowledged")
    look(page, "link-done")
    page.goto(path)
    expect(page.locator("h1")).to_have_text("This link works no more")
    expect(page.locator("[data-error-message]")).to_contain_text("used already")
    alert = Alert.objects.get()
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", site.ana)


def test_what_helps_without_scripts(page, site, look):
    """The link stands where the fragment would be, and leads to the same words."""
    desk = Desk(site.ana)
    desk.receive(site.north, site.bolt, 40)
    desk.ship(site.north, site.bolt, 40)
    sign_in(page, site.ana)
    page.goto(f"/remedies/{Alert.objects.get().pk}/")
    expect(page.locator("main")).to_contain_text("Receive")
    look(page, "remedies")
