"""Whoever asks too often is told when to come back, by every limit there is, with Redis and without."""

import logging
import re
from dataclasses import replace

import pytest
from django.test import Client

from inventory_site.web.limits import RULES
from tests.accounts.codes import code_now, give_code, give_password, is_in
from tests.factories import ProductFactory, WarehouseFactory, person

pytestmark = pytest.mark.django_db


def signed_in(role):
    client = Client()
    client.force_login(person(role, {WarehouseFactory(): "view"}))
    return client


def asks(who, method, address, **data):
    """Give a function that makes a browser and lets it ask the n-th time; `{n}` in the data is that number."""

    def begin():
        client = signed_in(who) if who else Client()

        def ask(n):
            return getattr(client, method)(address, {name: text.format(n=n) for name, text in data.items()})

        return ask

    return begin


LIMITS = {
    "sign_in": asks(None, "post", "/sign-in/", login="p{n}@example.com", password="guess"),
    "second_factor": asks(None, "post", "/sign-in/second-step/", code="00000{n}"),
    "password_change": asks("staff", "post", "/profile/password/", oldpassword="guess {n}"),
    "password_reset": asks(None, "post", "/password/forgotten/", email="p{n}@example.com"),
    "register": asks(None, "post", "/register/", email="p{n}@example.com"),
    "invitation": asks("admin", "post", "/people/invite/", email="p{n}@example.com", role="staff"),
    "open_invitation": asks(None, "get", "/invitation/{n}/"),
    "try_again": asks("admin", "post", "/alerts/failed/retry"),
    "alert_link": asks(None, "get", "/alerts/link/{n}/"),
    "test_message": asks("staff", "post", "/alerts/notifications/test/", channel="email"),
    "search": asks("staff", "get", "/products/", q="bolt {n}"),
    "export": asks("staff", "get", "/transactions.csv"),
    "scan": asks("staff", "get", "/scan/", code="NOTHING-{n}"),
    "address": asks("staff", "post", "/profile/address/", email="p{n}@example.com"),
    "single_sign_on": asks(None, "get", "/sign-in/single-sign-on/"),
    "twilio": asks(None, "post", "/twilio/sms", Body="{n}"),
    "upload": asks("manager", "post", "/catalog/products/BOLT-M8/photo"),
}


@pytest.fixture(params=LIMITS)
def limit(request, monkeypatch, settings):
    """A limit that lets two through in a minute."""
    settings.REGISTRATION = "open"
    ProductFactory(sku="BOLT-M8")
    found = [replace(rule, most="2/minute") for rule in RULES[request.param]]
    monkeypatch.setitem(RULES, request.param, tuple(found))
    return request.param


@pytest.fixture
def redis_away(settings):
    from inventory_site.web.cache import breaker

    good = settings.CACHES
    settings.CACHES = {"default": {**good["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    yield
    settings.CACHES = good
    breaker.reset()


def stopped(answers):
    """Say which answers were 429, and check that those say when to come back, in words and for machines."""
    for answer in answers:
        if answer.status_code == 429:
            wait = int(answer.headers["Retry-After"])
            assert 1 <= wait <= 60
            [said] = re.findall(
                r"That was too often. Try again in (\d+) seconds?. Nothing was", answer.content.decode()
            )
            assert int(said) == wait
    return [answer.status_code == 429 for answer in answers]


def test_every_limit_is_tried_here():
    assert LIMITS.keys() == RULES.keys()


def test_the_third_is_told_when_to_come_back(limit):
    ask = LIMITS[limit]()
    assert stopped([ask(n) for n in range(4)]) == [False, False, True, True]


def test_without_redis_the_process_counts_and_says_so(limit, redis_away, caplog):
    ask = LIMITS[limit]()
    with caplog.at_level(logging.WARNING, "inventory_site.web.limits"):
        assert stopped([ask(n) for n in range(4)]) == [False, False, True, True]
    said = {record.getMessage() for record in caplog.records if record.name == "inventory_site.web.limits"}
    assert said == {"Redis is away: rate limits are counted in this process alone"}


def test_one_password_tried_on_many_accounts_from_one_address_is_stopped(client):
    statuses = [
        client.post("/sign-in/", {"login": f"p{n}@example.com", "password": "Summer-2026!"}).status_code
        for n in range(12)
    ]
    assert statuses == [422] * 10 + [429] * 2


def test_many_addresses_that_try_one_account_are_stopped(db):
    somebody = person(email="sam@example.com")
    statuses = [
        give_password(Client(REMOTE_ADDR=f"198.51.100.{n}"), somebody, "wrong guess").status_code for n in range(7)
    ]
    assert statuses == [422] * 5 + [429] * 2


def test_codes_are_guessed_neither_in_new_sessions_nor_from_new_addresses_nor_without_redis(db, redis_away):
    ada = person("admin")
    judged = 0
    for n in range(36):
        if n % 6 == 0:
            guesser = Client(REMOTE_ADDR=f"198.51.100.{n}")
            give_password(guesser, ada)
        guesser.defaults["REMOTE_ADDR"] = f"203.0.113.{n}"
        judged += give_code(guesser, f"{n:06}").status_code == 422
    last = Client(REMOTE_ADDR="192.0.2.1")
    give_password(last, ada)
    assert (give_code(last, code_now()).status_code, is_in(last)) == (429, False)
    assert judged == 10
    another, bob = Client(REMOTE_ADDR="192.0.2.2"), person("admin")
    give_password(another, bob)
    assert (give_code(another, code_now()).status_code, is_in(another)) == (302, True)
