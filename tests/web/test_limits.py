"""Who asks too often is told when to come back: counted in Valkey, and in the process while that is away."""

import logging
import signal
import time
from dataclasses import replace

import pytest
import time_machine
from django.core.cache import caches
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from inventory_site.web import cache
from inventory_site.web.limits import RULES, Rule, limited, seconds_to_wait
from tests.factories import ProductFactory, WarehouseFactory, person
from tests.test_markers import OURS

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_a_minute(monkeypatch):
    monkeypatch.setitem(RULES, "search", (replace(RULES["search"][0], most="3/minute"),))
    monkeypatch.setitem(RULES, "export", (Rule("3/minute"),))


@pytest.fixture
def staff(client):
    somebody = person(rights={WarehouseFactory(code="NORTH"): "operate"})
    client.force_login(somebody)
    return somebody


def statuses(client, times, address="/products/?q=bolt", **more):
    return [client.get(address, **more).status_code for _ in range(times)]


def test_the_fourth_search_is_told_when_to_come_back(client, staff, three_a_minute):
    assert statuses(client, 3) == [200, 200, 200]
    answer = client.get("/products/?q=bolt")
    assert answer.status_code == 429
    wait = int(answer.headers["Retry-After"])
    assert 50 <= wait <= 60
    said = f"That was too often. Try again in {wait} seconds. Nothing was changed."
    assert f"<p data-error-message>{said}</p>" in answer.content.decode()


def test_htmx_gets_the_same_sentence_for_its_toast(client, staff, three_a_minute):
    statuses(client, 3)
    answer = client.get("/products/?q=bolt", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert (answer.status_code, "data-error-message" in answer.content.decode()) == (429, True)


def test_the_list_without_words_is_not_a_search(client, staff, three_a_minute):
    assert statuses(client, 4, "/products/") == [200] * 4
    assert statuses(client, 4, "/products/?q=+") == [200] * 4


@pytest.mark.parametrize(
    "address",
    ["/audit/?person=ada", "/audit/?sku=bolt", "/audit/?q=north", "/transactions/?product=bolt", "/products/?q=bolt"],
)
def test_words_are_a_search_in_whatever_field_they_stand(client, three_a_minute, address):
    client.force_login(person("manager", {WarehouseFactory(): "manage"}))
    assert statuses(client, 4, address) == [200, 200, 200, 429]
    assert statuses(client, 1, address.partition("=")[0] + "=") == [200]


def test_the_window_moves(client, staff, three_a_minute):
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        assert statuses(client, 2) == [200, 200]
        clock.shift(40)
        assert statuses(client, 2) == [200, 429]
        clock.shift(19.5)
        answer = client.get("/products/?q=bolt")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
        clock.shift(2)
        assert statuses(client, 3) == [200, 200, 429]


def test_each_person_has_their_own_count(client, staff, three_a_minute):
    assert statuses(client, 4)[-1] == 429
    client.force_login(person(rights={WarehouseFactory(): "operate"}))
    assert statuses(client, 3) == [200, 200, 200]


def test_each_limit_has_its_own_count(client, staff, three_a_minute):
    assert statuses(client, 4)[-1] == 429
    assert statuses(client, 4, "/transactions.csv") == [200, 200, 200, 429]
    assert statuses(client, 1, "/reports/fast-movers.csv") == [429]


def request_from(address, method="get", data=None):
    from django.contrib.auth.models import AnonymousUser

    request = getattr(RequestFactory(), method)("/", data, REMOTE_ADDR=address)
    request.user = AnonymousUser()
    return request


def test_who_is_not_signed_in_is_counted_by_address_and_an_ipv6_network_as_one(monkeypatch):
    monkeypatch.setitem(RULES, "sign_in", (Rule("1/minute"),))
    assert [seconds_to_wait(request_from(f"203.0.113.{n}"), "sign_in") for n in (1, 2)] == [0, 0]
    assert seconds_to_wait(request_from("203.0.113.1"), "sign_in") > 0
    assert seconds_to_wait(request_from("2001:db8::1"), "sign_in") == 0
    assert seconds_to_wait(request_from("2001:db8::dead:beef"), "sign_in") > 0
    assert seconds_to_wait(request_from("2001:db8:0:1::1"), "sign_in") == 0


def test_one_account_is_counted_whoever_tries_it(monkeypatch):
    monkeypatch.setitem(RULES, "sign_in", (Rule("2/minute", method="POST", of="login"),))
    tries = [("a@b.example", 1), (" A@b.example", 2), ("a@b.example", 3), ("c@b.example", 4), ("", 5)]
    waits = [seconds_to_wait(request_from(f"203.0.113.{n}", "post", {"login": login}), "sign_in") for login, n in tries]
    assert [wait > 0 for wait in waits] == [False, False, True, False, False]
    assert seconds_to_wait(request_from("203.0.113.9", data={"login": "a@b.example"}), "sign_in") == 0


def test_no_address_and_no_name_stands_in_the_keys(monkeypatch):
    seconds_to_wait(request_from("203.0.113.1", "post", {"login": "ada@b.example"}), "sign_in")
    keys = [key.decode() for key in caches["default"].client.get_client().keys("*")]
    assert len(keys) == 2
    assert [key for key in keys if "ada" in key] == []


def test_a_reader_that_scans_five_codes_a_second_for_minutes_is_never_stopped(client, staff):
    ProductFactory(sku="BOLT-M8")
    request = request_from("203.0.113.1")
    request.user = staff
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5 * 180):
            assert seconds_to_wait(request, "scan") == 0
            clock.shift(0.2)


def test_with_valkey_stopped_the_process_counts_and_says_so_once(client, staff, three_a_minute, own_valkey, caplog):
    assert statuses(client, 3) == [200, 200, 200]
    own_valkey.kill()
    own_valkey.wait()
    with caplog.at_level(logging.WARNING, "inventory_site.web.limits"):
        assert statuses(client, 5) == [200, 200, 200, 429, 429]
    said = [record.getMessage() for record in caplog.records if record.name == "inventory_site.web.limits"]
    assert said == ["Redis is away: rate limits are counted in this process alone"]


def test_with_valkey_frozen_no_page_waits_for_it_twice(client, staff, three_a_minute, own_valkey):
    own_valkey.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert statuses(client, 5) == [200, 200, 200, 429, 429]
    assert time.monotonic() - began < 2
    assert cache.breaker.is_open


def test_it_says_once_that_valkey_is_back(client, staff, three_a_minute, settings, caplog):
    good = settings.CACHES
    settings.CACHES = {"default": {**good["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    statuses(client, 3)
    settings.CACHES = good
    cache.breaker.reset()
    statuses(client, 2)
    said = [record.getMessage() for record in caplog.records if record.name == "inventory_site.web.limits"]
    assert said == [
        "Redis is away: rate limits are counted in this process alone",
        "Redis is back: rate limits are counted there again",
    ]


LIMITED = {
    "scan": {"stock:scan", "stock:transfer-scan", "stock:add-line", "stock:count-scan", "stock:count-line"},
    "search": {
        *("stock:product-list", "stock:many-thresholds", "accounts:person-list", "accounts:matrix"),
        *("stock:transaction-list", "reports:audit-list"),
    },
    "export": {"stock:transaction-csv", "reports:fast-movers-csv", "accounts:person-export"},
    "upload": {"catalog:product-photo"},
    "sign_in": {"account_login", "mfa_login_webauthn"},
    "second_factor": {
        *("account_reauthenticate", "mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    },
    "password_reset": {"account_reset_password"},
    "register": {"accounts:register"},
    "invitation": {"accounts:person-invite", "accounts:invitation-resend"},
    "open_invitation": {"accounts:invitation-accept", "accounts:register-confirm"},
    "alert_link": {"alerts:alert-link"},
}


def mark_of(view):
    while view is not None and not hasattr(view, "limit"):
        view = getattr(view, "__wrapped__", None)
    return getattr(view, "limit", None)


def limited_routes():
    found = {name: set() for name in RULES}
    for route, pattern in OURS.items():
        if mark := mark_of(pattern.callback):
            found[mark].add(route)
    return found


def test_each_route_that_costs_or_guesses_has_its_limit():
    found = limited_routes()
    assert {name: routes - found[name] for name, routes in LIMITED.items() if routes - found[name]} == {}


def test_every_limit_holds_somewhere():
    assert [name for name, routes in limited_routes().items() if not routes] == []


def test_every_file_of_rows_is_limited():
    exports = {name for name, pattern in OURS.items() if str(pattern.pattern).endswith(".csv")}
    assert exports - limited_routes()["export"] == set()


def test_a_rule_that_does_not_exist_is_found_at_the_first_call():
    view = limited("nothing of that name")(lambda request: HttpResponse())
    with pytest.raises(KeyError):
        view(request_from("203.0.113.1"))


def test_every_limit_can_be_read():
    assert [name for name, rules in RULES.items() if not rules or any(rule.item.amount < 5 for rule in rules)] == []
