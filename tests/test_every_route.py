"""Every route, called in every way by everybody, answers as the table says that was written by hand.

A route without a row fails, and so does a row without a route.
"""

from datetime import timedelta
from fnmatch import fnmatchcase
from http.cookies import SimpleCookie

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.services import ask_address, invite, register
from accounts.services.letters import tell
from alerts.models import Preferences, PushDevice, Subscription
from inventory_site.web import limits
from reports.models import SealCheck, SealPart
from reports.services.seals import seal
from stock.models import SweepMark
from tests.accounts.codes import prove
from tests.calls import CALLS
from tests.expected import ADMIN_SITE, COLUMNS, REFUSED, TABLE
from tests.factories import person
from tests.test_markers import routes
from tests.worlds import two_worlds

WHO = {"nobody": None, "staff": "operate", "manager": "manage", "admin": None}


def rows(table):
    """Read a table: each route with the groups of its row, a group with one answer for each of WHO or None."""
    lines = [line for line in table.splitlines()[2:] if line and not line.startswith("#")]
    for line in lines:
        name, groups = line.split(maxsplit=1)
        yield name, [None if group.strip() == "-" else group.split() for group in groups.split("|")]


ROWS, ADMIN_ROWS = dict(rows(TABLE)), dict(rows(ADMIN_SITE))
# Two ways into the admin site have no name.
ROUTES = [(name if pattern.name else f"admin:{pattern.pattern}", pattern) for name, pattern in routes()]


@pytest.fixture
def worlds(db, monkeypatch, settings, tmp_path):
    # How often one may ask is told in tests of its own.
    monkeypatch.setattr(limits, "RULES", dict.fromkeys(limits.RULES, ()))
    settings.MEDIA_ROOT = settings.DATA_DIR = tmp_path
    return two_worlds()


def test_every_route_has_a_row_and_every_row_a_route():
    ours = {name for name, _ in ROUTES if not name.startswith("admin:")}
    assert sorted(ROWS) == sorted(ours)
    admins = {name for name, _ in ROUTES if name.startswith("admin:")}
    assert {name for name in admins if not matching(name)} == set()
    assert {row for row in ADMIN_ROWS if row not in {matching(name) for name in admins}} == set()


def test_every_row_says_what_everybody_is_answered_at_the_places_that_its_address_names(worlds):
    assert {row for row, groups in ROWS.items() if [len(group or WHO) for group in groups] != [4] * 4} == set()
    assert {row for row, groups in ADMIN_ROWS.items() if [len(group) for group in groups] != [4] * 2} == set()
    placed = {row for row, (_, looked, _, sent) in ROWS.items() if looked or sent}
    assert placed == {name for name in CALLS if call_at(name, "alien", worlds)}


@pytest.mark.parametrize("who", WHO)
def test_every_route_answers_as_its_row_says(client, worlds, who):
    sign_in(client, who, worlds)
    wrong = []
    for name, groups in ROWS.items():
        for (method, at), group in zip(COLUMNS, groups, strict=True):
            if group is None:
                continue
            call = call_at(name, at, worlds)
            address = reverse(name, kwargs=call.kwargs)
            body = {**call.query, "warehouse": getattr(worlds, at).place.code}
            expected = asked(method, at, group[list(WHO).index(who)])
            wrong += told(client, name, address, call.query, expected, body)
    assert wrong == []


@pytest.mark.parametrize("who", WHO)
def test_the_admin_site_answers_as_its_rows_say(client, worlds, who):
    fill(worlds)
    sign_in(client, who, worlds)
    wrong = []
    for name, pattern in ROUTES:
        if not name.startswith("admin:"):
            continue
        address = address_in_admin_site(name, pattern)
        for method, group in zip(("GET", "POST"), ADMIN_ROWS[matching(name)], strict=True):
            # What every route refuses is refused before anybody is looked at: trying it as one person is enough here.
            expected = asked(method, "own" if who == "nobody" else "", group[list(WHO).index(who)])
            wrong += told(client, name, address, {}, expected, {"warehouse": "OWNEDCODE"})
    assert wrong == []


def sign_in(client, who, worlds):
    if who == "nobody":
        return
    client.force_login(person(who, {worlds.own.place: WHO[who]} if WHO[who] else {}))
    prove(client)


def call_at(name, at, worlds):
    """Return the first way of calling a route at this place; a page of no place is everybody's own."""
    calls = list(CALLS[name](worlds))
    found = [call for call in calls if call.at == at]
    return next(iter(found if found or at == "alien" else calls), None)


def asked(method, at, answer):
    """Return the methods that are tried, with what each is answered; those without a column at the own place alone."""
    if at != "own":
        return {method: answer}
    return {method: answer, **({"HEAD": answer} if method == "GET" else dict.fromkeys(REFUSED, "405"))}


def told(client, name, address, query, expected, body):
    """Name what is answered otherwise than expected; nothing that is done stays."""
    for method, right in expected.items():
        kept, mark = SimpleCookie(client.cookies), transaction.savepoint()
        if method == "POST":
            response = client.post(address, body, query_params=query)
        else:
            response = client.generic(method, address, query_params=query, headers={"x-planted": "ECHO"})
        sent = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.savepoint_rollback(mark)
        client.cookies = kept
        if said(response) != right or b"ECHO" in sent:
            yield name, method, address, said(response), right


def said(response):
    doors = (reverse("account_login"), reverse("admin:login"))
    if response.status_code == 302 and response.headers["Location"].startswith(doors):
        return "in"
    return str(response.status_code)


def matching(name):
    """Return the row of a route of the admin site: its own, else the one with a star that fits."""
    return name if name in ADMIN_ROWS else next((row for row in ADMIN_ROWS if fnmatchcase(name, row)), None)


def fill(worlds):
    """Add a row to each table that two warehouses at work leave empty."""
    now, somebody = timezone.now(), worlds.own.person
    invite(email="ines@example.com", role="staff", home_warehouse=None, rights={}, by=somebody, at=now)
    register(email="ren@example.com", language="en", at=now)
    ask_address(person=somebody, email="other@example.com", at=now)
    tell(somebody, "account/email/password_changed", at=now)
    SocialAccount.objects.create(user=somebody, provider="company", uid="1")
    UserSession.objects.create(user=somebody, ip="192.0.2.1", session_key="0" * 32)
    made = seal(now=now + timedelta(days=1))
    SealPart.objects.create(seal=made, table="ledger", day=made.day, rows=0, digest="0" * 64)
    SealCheck.objects.create(at=now, seals=1, problems=0)
    Subscription.objects.create(person=somebody, kind="low", channel="sms", mode="now")
    Preferences.objects.create(person=somebody)
    PushDevice.objects.create(person=somebody, token="sealed", digest="0" * 64, name="Chrome, Android")
    SweepMark.objects.get_or_create(warehouse=worlds.own.place, defaults={"day": made.day})


def address_in_admin_site(name, pattern):
    """Return where a route of the admin site is: of a table, at its newest row."""
    if name == "admin:(?P<url>.*)$":
        return reverse("admin:index") + "nowhere/"
    if name == "admin:<path:object_id>/":
        return reverse("admin:catalog_unit_changelist") + "1/"
    if name == "admin:app_list":
        return reverse(name, args=["catalog"])
    if name == "admin:view_on_site":
        alerts = ContentType.objects.get(app_label="alerts", model="alert")
        return reverse(name, args=[alerts.pk, alerts.model_class().objects.first().pk])
    if not pattern.pattern.converters:
        return reverse(name)
    app, model, _what = name.removeprefix("admin:").split("_")
    return reverse(name, args=[apps.get_model(app, model).objects.order_by("pk").last().pk])
