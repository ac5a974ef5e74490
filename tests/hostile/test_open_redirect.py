"""No address of ours leads to somebody else's site."""

import pytest

from tests.accounts.codes import code_now, give_code, give_password
from tests.factories import PASSWORD, WarehouseFactory, person
from tests.worlds import two_worlds

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "http:evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\x00//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "/%0d%0aLocation:%20https://evil.example",
    "//testserver:pass@evil.example",
]


def leads(answer):
    """Return where the answer sends the browser, "/" where it stays."""
    return answer.headers.get("Location", "/")


def stays(location):
    return (
        location.startswith("/") and not location.startswith(("//", "/\\")) and not set(location) & set("\\\t\r\n\x00")
    )


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("way", ["query", "field"])
def test_signing_in_leads_nowhere_else(client, address, way):
    somebody = person(rights={WarehouseFactory(): "view"})
    sent = {"login": somebody.email, "password": PASSWORD}
    if way == "query":
        answer = client.post("/sign-in/", sent, query_params={"next": address})
    else:
        answer = client.post("/sign-in/", {**sent, "next": address})
    assert answer.status_code in (302, 422)
    assert stays(leads(answer))
    page = client.get("/sign-in/", {"next": address})
    assert stays(leads(page))


@pytest.mark.parametrize("address", ELSEWHERE)
def test_switching_the_warehouse_and_signing_out_lead_nowhere_else(client, address):
    place = WarehouseFactory()
    client.force_login(person(rights={place: "view"}))
    for page, data in (("/warehouses/switch", {"warehouse": place.code}), ("/sign-out/", {})):
        for name in ("next", "back", "return", "url"):
            answer = client.post(page, {**data, name: address}, headers={"referer": "https://evil.example/x"})
            assert stays(leads(answer)), (page, name, leads(answer))


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example", "/\\evil.example/", "//evil.example/%2e%2e"])
def test_a_path_without_its_slash_leads_nowhere_else(client, path):
    assert stays(leads(client.get(path)))


def test_buttons_that_go_back_to_their_page_lead_nowhere_else(client):
    worlds = two_worlds()
    admin = person("admin")
    # Signed in just now: a right is changed by who has proved themselves lately.
    give_password(client, admin)
    give_code(client, code_now())
    pages = {
        f"/alerts/{worlds.own.alert.pk}/acknowledge": {},
        f"/people/{worlds.own.person.pk}/rights/{worlds.own.place.code}": {"right": "view"},
    }
    for page, data in pages.items():
        for address in ELSEWHERE:
            answer = client.post(page, {**data, "next": address})
            assert (page, answer.status_code, stays(leads(answer))) == (page, 302, True)
        assert leads(client.post(page, {**data, "next": "/products/"})) == "/products/"
