"""What each POST does for whom: done, 404 for what one may not see, 403 in words for what one may see and not do."""

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from inventory_site.web import limits
from tests.accounts.codes import prove
from tests.accounts.posts import DONE, POSTS, SAME, Scene
from tests.accounts.test_what_roles_may_do import WHO
from tests.calls import CALLS
from tests.factories import person
from tests.worlds import two_worlds

# What a visit leaves behind in any case.
VISITS = {"django_session", "usersessions_usersession"}
OWN, BY_LINK = "one's own account, which no address names", "whoever has the link, signed in or not"
# Routes that take a POST and have no row, and why.
ELSEWHERE = {
    **dict.fromkeys([name for name in CALLS if name.startswith(("account_", "mfa_"))], OWN),
    **dict.fromkeys(["accounts:profile", "accounts:address", "accounts:session-end"], OWN),
    **dict.fromkeys(["alerts:notifications", "alerts:notification-test"], OWN),
    **dict.fromkeys([f"alerts:notification-device-{verb}" for verb in ("add", "rename", "remove")], OWN),
    **dict.fromkeys(["accounts:invitation-accept", "accounts:register", "accounts:register-confirm"], BY_LINK),
    "accounts:address-confirm": BY_LINK,
    "alerts:alert-link": BY_LINK,
    **dict.fromkeys(["livez", "readyz"], "a word to whoever watches the site"),
    **dict.fromkeys(["twilio:status", "twilio:sms"], "Twilio, by its signature: tests/alerts/test_callbacks.py"),
}


def books():
    """Return a digest of every table."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)} - VISITS)
    digest = "SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} AS t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(digest.format(table) for table in tables))
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def no_limits(monkeypatch, settings, tmp_path):
    # Everything is done within the minute; how often a person may do it is told in tests of its own.
    monkeypatch.setattr(limits, "RULES", dict.fromkeys(limits.RULES, ()))
    settings.MEDIA_ROOT = tmp_path


def come_of(client, address, sent, before):
    """Send it, see what came of it, and have it never been."""
    mark = transaction.savepoint()
    response = client.post(address, sent)
    changed = {table for table, digest in books().items() if digest != before[table]}
    transaction.savepoint_rollback(mark)
    if response.status_code < 400:
        return DONE if changed else SAME
    if changed:
        return response.status_code, changed
    if response.status_code == 403 and not response.context["message"].endswith("."):
        return 403, "without a word"
    return response.status_code


@pytest.mark.parametrize("who", WHO)
def test_what_comes_of_a_post(client, db, who):
    scene = Scene(*WHO[who])
    client.force_login(scene.asks)
    prove(client)
    before, column = books(), list(WHO).index(who)
    wrong = []
    for route, address, sent, expected in POSTS:
        came = come_of(client, reverse(route, kwargs=address(scene)), sent(scene), before)
        if came != expected[column]:
            wrong.append((route, came, expected[column]))
    assert wrong == []


def test_every_route_that_takes_a_post_has_a_row_or_a_reason(db):
    worlds, admin, taking = two_worlds(), person("admin"), set()
    for name, calls in CALLS.items():
        mark, client = transaction.savepoint(), Client()
        client.force_login(admin)
        prove(client)
        [call, *_] = calls(worlds)
        if client.post(reverse(name, kwargs=call.kwargs), query_params=call.query).status_code != 405:
            taking.add(name)
        transaction.savepoint_rollback(mark)
    rows = {route for route, *_ in POSTS}
    assert sorted(rows & ELSEWHERE.keys()) == []
    assert sorted(taking - rows - ELSEWHERE.keys()) == []
    assert sorted(rows - taking) == []
