"""Nobody sees a foreign warehouse: every page as every role, and not one byte of what was planted there.

Two warehouses are filled with strings that stand nowhere else. The person has a right in OWN and none in ALIEN. Every
route of the site has a row in `tests.calls` that says how it is called, at both places; a route without a row fails.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.utils.html import escape

from inventory_site.web import limits
from tests.accounts.codes import prove
from tests.calls import CALLS
from tests.factories import person
from tests.worlds import two_worlds

MARKS = {"anyone", "signed_in", "while_setting_up", "role:manager", "role:admin"}


def routes(patterns=None, space="") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}:{pattern.name}" if space else pattern.name, pattern
        else:
            yield from routes(pattern.url_patterns, pattern.namespace or space)


OURS = {name: pattern for name, pattern in routes() if name and not name.startswith("admin:")}


@pytest.fixture
def worlds(db, monkeypatch):
    # Every page is asked several times within the minute; how often a person may ask is told in tests of its own.
    monkeypatch.setattr(limits, "RULES", dict.fromkeys(limits.RULES, ()))
    return two_worlds()


def test_every_route_has_a_row_and_every_row_a_route():
    assert sorted(CALLS) == sorted(OURS)


def test_every_view_carries_exactly_one_mark_of_access():
    marks = {name: getattr(pattern.callback, "access", None) for name, pattern in OURS.items()}
    assert {name: mark for name, mark in marks.items() if mark not in MARKS} == {}


PAGE, HTMX = {}, {"HX-Request": "true", "HX-Request-Type": "partial"}


def answers(client, worlds, ways=(PAGE, HTMX), names=tuple(CALLS), *, follow=True):
    """Call every route in every way, what only looks before what changes; give the call and what came back.

    Where it leads to another page that is given as well, unless `follow` says no.
    """
    asked = [(name, call) for name in names for call in CALLS[name](worlds)]
    for name, call in sorted(asked, key=lambda pair: pair[1].post is not None):
        address = reverse(name, kwargs=call.kwargs)
        for headers in ways:
            if call.post is None:
                response = client.get(address, call.query, headers=headers)
            else:
                response = client.post(address, call.post, query_params=call.query, headers=headers)
            yield name, call, response
            if follow and response.status_code in (302, 303) and "_auth_user_id" in client.session:
                yield name, call, client.get(response.headers["Location"], headers=headers)


def text_of(response):
    """Return all that was sent: headers and body, without the address that the caller had typed themselves."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    sent = f"{headers}\n{body.decode()}"
    asked = response.wsgi_request.get_full_path()
    for typed in (asked, escape(asked), quote(asked)):
        sent = sent.replace(typed, "")
    return sent


def found(marks, text):
    text = text.lower()
    planted = {name: mark.lower() for name, mark in marks.items() if mark.lower() in text}
    return {name for name, mark in planted.items() if re.search(rf"(?<![0-9]){re.escape(mark)}", text)}


# A manager's export of the audit trail names the address of who acted; no page shows staff anybody's.
@pytest.mark.parametrize(("role", "right", "unseen"), [("staff", "operate", {"email"}), ("manager", "manage", set())])
def test_no_byte_of_a_foreign_warehouse_reaches_anybody(client, worlds, role, right, unseen):
    client.force_login(person(role, {worlds.own.place: right}))
    leaks, opened, seen = [], [], set()
    both = str(worlds.own.figure + worlds.alien.figure - 4)
    for name, call, response in answers(client, worlds):
        text = text_of(response)
        leaks += [(name, call.at, mark) for mark in found({**worlds.alien.marks, "sum": both}, text)]
        seen |= found(worlds.own.marks, text)
        if call.at == "alien" and response.status_code not in (403, 404):
            opened.append((name, response.status_code))
    assert leaks == []
    assert opened == []
    # What is the person's own does appear, so the same of others would have been found.
    assert worlds.own.marks.keys() - seen == unseen


def test_a_page_that_forgot_to_ask_would_be_found(client, worlds, monkeypatch):
    client.force_login(person("staff", {worlds.own.place: "operate"}))
    monkeypatch.setattr("warehouses.models.WarehouseQuerySet.for_user", lambda places, _user, _right: places)
    pages = ["stock:product-detail", "stock:location-detail", "alerts:alert-detail"]
    seen = [found(worlds.alien.marks, text_of(response)) for *_, response in answers(client, worlds, [PAGE], pages)]
    assert set().union(*seen) >= {"code", "name", "bin", "lot", "person", "reference", "threshold", "level"}


def test_an_admin_sees_both(client, worlds):
    client.force_login(person("admin"))
    prove(client)
    seen = {"own": set(), "alien": set()}
    for *_, response in answers(client, worlds, [PAGE]):
        text = text_of(response)
        seen = {at: seen[at] | found(getattr(worlds, at).marks, text) for at in seen}
    assert seen["own"] == seen["alien"] >= worlds.own.marks.keys() - {"email"}


def test_who_is_not_signed_in_sees_nothing(client, worlds):
    open_to_all = {
        "livez",
        "readyz",
        "events",
        "service-worker",
        "twilio:status",
        "twilio:sms",
        "account_login",
        "account_logout",
    }
    open_to_all |= {"alerts:alert-link", "accounts:invitation-accept", "accounts:register", "accounts:register-sent"}
    open_to_all |= {"accounts:register-confirm", "accounts:single-sign-on", "accounts:single-sign-on-return"}
    open_to_all |= {name for name in CALLS if name.startswith("account_reset_password")}
    leaks, inside = [], []
    for name, _call, response in answers(client, worlds, [PAGE]):
        text = text_of(response)
        leaks += [(name, mark) for world in (worlds.own, worlds.alien) for mark in found(world.marks, text)]
        if name not in open_to_all and not response.headers.get("Location", "").startswith(reverse("account_login")):
            inside.append((name, response.status_code))
    assert (leaks, inside) == ([], [])
