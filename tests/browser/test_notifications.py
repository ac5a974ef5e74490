"""A person's own side on a phone and at a desk: what they are told, tests, what they were told, and push.

Of push all is real that can be without the internet: Firebase's client under the page's CSP, the service worker, the
message and what it shows. Google's two hosts answer from here, and so does the browser's push service, which a Chromium
without a network does not have. That Google takes the subscription, and carries a message, is tried nowhere.
"""

import json
import re
import shutil

import pytest
from playwright.sync_api import expect

from accounts.services.second_factor import keys
from alerts.delivery import relay
from alerts.models import Alert, Delivery, Preferences, PushDevice, Subscription
from tests.alerts.conftest import add_device, firebase, free_port, mail_server, twilio  # noqa: F401  # Fixtures.
from tests.browser.conftest import FLAGS, PATIENCE, SIZES
from tests.browser.job import assert_accessible, sign_in, told
from tests.desk import Desk

# A refusal is an answer like any other; Firebase's client writes its own to the console.
REFUSED = ("Failed to load resource: the server responded with a status of", "FirebaseError: Installations: ")
# A subscription as a push service would give it. The key is any point of P-256.
SUBSCRIBES = """
    PushManager.prototype.getSubscription = async () => null;
    PushManager.prototype.subscribe = async function (options) {
      if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new TypeError("options");
      const key = { p256dh: new Uint8Array(65).fill(4).buffer, auth: new Uint8Array(16).fill(7).buffer };
      return { endpoint: "https://push.example.com/1", getKey: (name) => key[name] };
    };
"""


def test_what_one_is_told_of(page, site, twilio, look, mail_server):  # noqa: F811
    """From the profile to the choices, times and tests, and to what came of it."""
    sign_in(page, site.ana)
    page.goto("/profile/")
    page.get_by_role("link", name="Notifications").click()
    expect(page.locator("h1")).to_have_text("Notifications")
    expect(page.get_by_label("Low, E-mail")).to_have_value("usual")
    expect(page.locator("#reaches")).to_contain_text("SMS needs your phone number. Write it into your profile.")
    look(page, "notifications")

    page.get_by_label("Low, E-mail").select_option("digest")
    page.get_by_label("Expired, SMS").select_option("now")
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#error-summary")).to_contain_text("Write both ends of the quiet hours, or empty both.")
    expect(page.get_by_label("Low, E-mail")).to_have_value("digest")
    look(page, "notifications-refused")
    page.get_by_label("Quiet until").fill("06:00")
    page.get_by_role("button", name="Save").click()
    told(page, "Saved what you are told of.")
    expect(page.locator("main")).to_contain_text("Quiet from 22:00 until 06:00 the next morning.")
    kept = Subscription.objects.values_list("warehouse", "kind", "channel", "mode")
    assert set(kept) == {(None, "low", "email", "digest"), (None, "expired", "sms", "now")}
    assert str(Preferences.objects.get().quiet_until) == "06:00:00"

    page.goto("/alerts/notifications/?warehouse=NORTH")
    expect(page.get_by_label("Low, E-mail").locator("option:checked")).to_have_text(
        "Daily digest (as in all warehouses)"
    )
    page.get_by_label("Low, E-mail").select_option("never")
    page.get_by_role("button", name="Save").click()
    told(page, "Saved what you are told of.")
    page.goto("/alerts/notifications/?warehouse=NORTH")
    look(page, "notifications-north")
    page.get_by_role("link", name="All my warehouses").last.click()
    expect(page.locator("main")).to_contain_text("You have chosen otherwise for: North Quay")

    page.get_by_role("button", name="Send a test E-mail").click()
    told(page, "A test is on its way by E-mail.")
    expect(page.locator("#reaches")).to_contain_text("Waiting")
    assert relay() == 1
    # The page finds out by itself.
    expect(page.locator("#reaches [role=status]")).to_have_text(re.compile("^Test of .*: Sent$"))
    page.goto("/alerts/notifications/")
    look(page, "notifications-tested")

    desk = Desk(site.ana)
    desk.receive(site.north, site.bolt, 40)
    desk.ship(site.north, site.bolt, 40)
    Delivery.objects.filter(alert__isnull=False, channel="email").update(
        status="failed", error="550 The mailbox of this person is not available at this server any more"
    )
    page.get_by_role("link", name="History").click()
    expect(page.locator("#rows")).to_contain_text("Out of stock: BOLT-M8 at NORTH")
    look(page, "told")


def test_it_works_without_scripts(open_browser, site):
    page = open_browser("phone", java_script_enabled=False)
    sign_in(page, site.ana)
    page.goto("/alerts/notifications/")
    page.get_by_label("Low, E-mail").select_option("never")
    page.get_by_role("button", name="Save").click()
    told(page, "Saved what you are told of.")
    assert Subscription.objects.get().mode == "never"
    page.get_by_role("button", name="Send a test In the app").click()
    told(page, "This is a test. Messages from Holdfast reach you through this channel.")


def test_empty_and_foreign(page, site, look):
    """The pages where there is nothing yet, and an admin's view of somebody else's."""
    sign_in(page, site.ana)
    page.goto("/alerts/notifications/told/")
    expect(page.locator("main")).to_contain_text("Nothing yet")
    look(page, "told-empty")
    page.goto("/alerts/notifications/devices/")
    expect(page.locator("main")).to_contain_text("Push is not set up here. Ask an admin.")
    look(page, "devices-off")


def google(page):
    """Answer for Google's two hosts; return what they were asked."""
    asked = []

    def answer(route):
        request = route.request
        asked.append((request.method, request.url, request.post_data))
        headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
        if request.method == "OPTIONS":
            return route.fulfill(status=204, headers=headers)
        if "firebaseinstallations" in request.url:
            fid = json.loads(request.post_data)["fid"]
            token = {"token": "a.b.c", "expiresIn": "604800s"}
            body = {"fid": fid, "refreshToken": "r", "authToken": token, "name": f"projects/1/installations/{fid}"}
        else:
            fid = fid_of(asked)
            body = {"name": f"projects/holdfast/registrations/{fid}"}
        return route.fulfill(status=200, headers=headers, json=body)

    page.context.route("https://*.googleapis.com/**", answer)
    return asked


def fid_of(asked):
    [made] = [json.loads(body)["fid"] for method, url, body in asked if method == "POST" and "installations" in url]
    return made


@pytest.fixture
def here(live_server, settings):
    """The site is where its messages say that it is."""
    settings.BASE_URL = live_server.url


@pytest.fixture
def open_whole(chromium, live_server):
    """Give a function that opens a page in a whole Chromium: the headless shell shows no notification, ever."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("only the headless shell is here; have root type: apt-get install chromium")
    browser = chromium.browser_type.launch(executable_path=path, args=FLAGS)
    wrong = []

    def listen(message):
        if message.type == "error" and not message.text.startswith(REFUSED):
            wrong.append(message.text)

    def open_page(size="phone"):
        width, height = SIZES[size]
        context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE)
        context.grant_permissions(["notifications"])
        context.add_init_script(SUBSCRIBES)
        page = context.new_page()
        # What the CSP stops is told here too.
        page.on("console", listen)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield open_page
    browser.close()
    assert wrong == []


@pytest.mark.parametrize("size", SIZES)
def test_a_device_is_turned_on_shows_an_alert_and_opens_it(open_whole, size, site, look, tell, here):
    page = open_whole(size)
    asked = google(page)
    sign_in(page, site.ana)
    page.goto("/alerts/notifications/devices/")
    expect(page.get_by_role("button", name="Turn push on here")).to_be_visible()
    look(page, "devices-none")
    page.get_by_role("button", name="Turn push on here").click()
    told(page, "Push messages come to")
    device = PushDevice.objects.get()
    # Both ends mean the same: what Google knows the browser by is what the worker sends to.
    assert keys().decrypt(device.token).decode() == fid_of(asked)
    [registered] = [json.loads(body) for _method, url, body in asked if url.endswith("/holdfast/registrations")]
    assert registered["web"]["endpoint"] == "https://push.example.com/1"
    page.goto("/alerts/notifications/devices/")
    page.locator("summary", has_text="Rename").click()
    look(page, "devices-one")

    alert, message = tell(site)
    assert message["fid"] == fid_of(asked)
    # As Firebase hands it to the browser.
    shown = deliver(page, json.dumps({"notification": message["webpush"]["notification"], "data": message["data"]}))
    words = {"title": "Out of stock: BOLT-M8 at NORTH", "body": alert.message, "tag": message["data"]["id"]}
    assert shown == [{**words, "actions": ["Acknowledge"]}]
    assert opened(page, "") == f"{origin(page)}/alerts/{alert.pk}/"
    assert opened(page, "acknowledge") == message["data"]["acknowledge"]
    page.goto(message["data"]["acknowledge"])
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("h1")).to_have_text("Acknowledged")
    alert.refresh_from_db()
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", site.ana)


@pytest.fixture
def tell(firebase):  # noqa: F811
    """Let the bolts run out and the worker tell Ana by push; the alert, and the message at Firebase's door."""

    def work(site):
        desk = Desk(site.ana)
        desk.receive(site.north, site.bolt, 40)
        Subscription.objects.create(person=site.ana, kind="out", channel="push", mode="now")
        desk.ship(site.north, site.bolt, 40)
        relay()
        [message] = firebase.received
        return Alert.objects.get(), message

    return work


def origin(page):
    return page.evaluate("location.origin")


STANDING = """async () => {
    const worker = await navigator.serviceWorker.ready;
    for (let left = 40; left; left -= 1) {
        const all = await worker.getNotifications();
        if (all.length) return all.map(({ title, body, tag, actions }) => (
            { title, body, tag, actions: actions.map((each) => each.title) }));
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return [];
}"""


def deliver(page, text):
    """Hand a push message to the service worker by Chromium's own tools; return the notifications that stand then.

    A worker that these tools have just woken may lose it, so it is handed over until something stands there.
    """
    devtools, found = page.context.new_cdp_session(page), []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    page.evaluate("navigator.serviceWorker.ready")
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(100)
    [(scope, number)] = {(each["scopeURL"], each["registrationId"]) for each in found}
    assert scope == f"{origin(page)}/"
    message = {"origin": origin(page), "registrationId": number, "data": text}
    for _ in range(5):
        devtools.send("ServiceWorker.deliverPushMessage", message)
        if shown := page.evaluate(STANDING):
            return shown
    return []


def opened(page, action):
    """Click the notification, or its action, in the service worker; return the address that it opens.

    No hand of a person stands behind this click, so the browser would open no window: what it is told to is asked.
    """
    [worker] = page.context.service_workers
    return worker.evaluate(
        """async (action) => {
            self.kept ??= (await self.registration.getNotifications())[0];
            const asked = new Promise((resolve) => {
                self.clients.openWindow = async (address) => resolve(address);
                self.clients.matchAll = async () => [];
            });
            self.dispatchEvent(new NotificationEvent("notificationclick", { notification: self.kept, action }));
            return asked;
        }""",
        action,
    )


def test_whatever_comes_something_is_shown_and_only_this_site_is_opened(open_whole, site):
    for text in ("", "no JSON", "{}", "[]", "null", '{"data": {"link": "https://evil.example/"}}'):
        page = open_whole()
        sign_in(page, site.ana)
        page.evaluate("navigator.serviceWorker.register('/sw.js')")
        assert [each["title"] for each in deliver(page, text)] == ["Holdfast"], text
        assert opened(page, "") == f"{origin(page)}/alerts/", text
        page.context.close()


def test_signing_out_ends_push_on_this_device(open_whole, site, firebase):  # noqa: F811
    page = open_whole()
    google(page)
    sign_in(page, site.ana)
    page.goto("/alerts/notifications/devices/")
    page.get_by_role("button", name="Turn push on here").click()
    told(page, "Push messages come to")
    count = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"
    assert page.evaluate(count) == 1
    page.goto("/profile/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert page.evaluate(count) == 0


def test_a_refusal_is_said_in_words(open_browser, site, firebase):  # noqa: F811
    """By the person: the headless shell refuses for them."""
    page = open_browser()
    sign_in(page, site.ana)
    page.goto("/alerts/notifications/devices/")
    page.get_by_role("button", name="Turn push on here").click()
    expect(page.locator("[data-push-says=refused]")).to_be_visible()
    assert_accessible(page)
    assert PushDevice.objects.count() == 0


def test_that_firebase_does_not_answer_is_said_in_words(open_whole, site, firebase):  # noqa: F811
    page = open_whole()
    busy = {"status": 400, "headers": {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}}
    page.context.route(
        "https://*.googleapis.com/**", lambda route: route.fulfill(**busy, json={"error": {"code": 400}})
    )
    sign_in(page, site.ana)
    page.goto("/alerts/notifications/devices/")
    page.get_by_role("button", name="Turn push on here").click()
    expect(page.locator("[data-push-says=failed]")).to_be_visible()
    assert_accessible(page)
    assert PushDevice.objects.count() == 0
