"""Another site cannot make a signed-in browser do anything, whatever headers it forges."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.calls import CALLS
from tests.factories import WarehouseFactory, person
from tests.test_markers import OURS, text_of, worlds  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Boosted": "true", "HX-Target": "body"}

# A page of each kind: lists, forms, scanning.
KINDS = ("-list", ":scan", ":today", ":ship", "login")
LOOKED_AT = [name for name in CALLS if name.endswith(KINDS)]


@pytest.fixture
def strict(request):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person("admin"))
    return browser


def addresses(found):
    """Give one address of every route of ours."""
    for name, calls in CALLS.items():
        call = next(iter(calls(found)))
        yield name, reverse(name, kwargs=call.kwargs)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_no_route_takes_a_post_without_its_token(strict, worlds, headers):  # noqa: F811
    answers = {
        name: strict.post(address, {"a": "b"}, headers=headers).status_code for name, address in addresses(worlds)
    }
    assert len(answers) == len(OURS)
    # 405: the route takes no POST at all, said before the token is looked at or after.
    assert {name: status for name, status in answers.items() if status not in (403, 405)} == {}


def test_a_token_of_another_session_or_none_at_all_is_refused(strict):
    page = "/warehouses/switch"
    place = WarehouseFactory(code="NORTH")
    strict.get("/profile/")
    tokens = ["", "x" * 64, "\x00", strict.cookies["csrftoken"].value[::-1]]
    sent = [strict.post(page, {"warehouse": place.code, "csrfmiddlewaretoken": token}).status_code for token in tokens]
    assert sent == [403] * 4
    right = strict.cookies["csrftoken"].value
    assert strict.post(page, {"warehouse": place.code, "csrfmiddlewaretoken": right}).status_code in (302, 303)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://testserver.evil.example", "http://testserver:81"]
)
def test_a_right_token_from_another_origin_is_refused(strict, origin):
    strict.get("/profile/")
    data = {"warehouse": WarehouseFactory().code, "csrfmiddlewaretoken": strict.cookies["csrftoken"].value}
    assert strict.post("/warehouses/switch", data, headers={"origin": origin}).status_code == 403


def test_forged_htmx_headers_open_nothing_to_who_is_not_signed_in(client):
    for name, pattern in OURS.items():
        if pattern.callback.access == "anyone" or "<" in str(pattern.pattern):
            continue
        answer = client.get(reverse(name), headers=HTMX)
        assert (name, answer.status_code, answer.headers["Location"].partition("?")[0]) == (name, 302, "/sign-in/")


EVIL = "https://evil.example/<script>FORGED</script>"
LIES = {
    **dict.fromkeys(["HX-Current-URL", "HX-Target", "HX-Source", "HX-Trigger", "HX-Trigger-Name", "HX-Prompt"], EVIL),
    **dict.fromkeys(["HX-Boosted", "HX-Request", "HX-Request-Type"], "FORGED"),
    "HX-History-Restore-Request": "true",
}


def test_headers_that_lie_about_the_page_are_never_shown_and_lead_nowhere(client, worlds):  # noqa: F811
    client.force_login(person("admin", {worlds.own.place: "manage"}))
    shown = set()
    for name in LOOKED_AT:
        call = next(iter(CALLS[name](worlds)))
        for headers in (LIES, {**LIES, **HTMX}):
            text = text_of(client.get(reverse(name, kwargs=call.kwargs), call.query, headers=headers))
            shown |= {name} if "evil.example" in text or "FORGED" in text else set()
    assert shown == set()


def test_a_lie_in_a_header_makes_no_post_do_more(client):
    place = WarehouseFactory(code="NORTH")
    client.force_login(person(rights={place: "operate"}))
    for page, data in (("/warehouses/switch", {"warehouse": "NORTH"}), ("/profile/", {"name": "", "time_zone": "UTC"})):
        plain, lied = client.post(page, data), client.post(page, data, headers=LIES)
        said = [(answer.status_code, answer.headers.get("Location")) for answer in (plain, lied)]
        assert (page, said[1]) == (page, said[0])
