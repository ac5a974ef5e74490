"""Who looks for a way in is seen: every refused request is a line of the log, without what would open something."""

import re

import pytest

from tests.factories import WarehouseFactory, person

LOGGER = "inventory_site.web.refusals"
TOKEN = "a-token-that-somebody-may-still-use"


@pytest.fixture
def said(caplog):
    return lambda: [record.getMessage() for record in caplog.records if record.name == LOGGER]


@pytest.fixture
def sam(client, db):
    sam = person("staff", rights={WarehouseFactory(code="NORTH"): "view"})
    client.force_login(sam)
    return sam


def test_what_is_for_others_alone(client, sam, said):
    client.get("/people/")
    assert said() == [f"403 to GET accounts:person-list by person {sam.pk}"]


def test_what_one_may_not_see(client, sam, said):
    WarehouseFactory(code="ALIEN")
    client.get("/warehouses/ALIEN/", {"q": "secret"})
    assert said() == [f"404 to GET warehouses:warehouse-detail code=ALIEN by person {sam.pk}"]


def test_an_address_that_is_none(client, db, said):
    client.get("/wp-admin/setup.php")
    assert said() == ["404 to GET /wp-admin/setup.php by somebody at 127.0.0.1"]


def test_a_forged_request(db, said):
    from django.test import Client

    Client(enforce_csrf_checks=True).post("/sign-in/", {"login": "a@example.com", "password": "typed in vain"})
    assert said() == ["403 to POST account_login by somebody at 127.0.0.1"]


def test_a_strange_host(client, db, said):
    client.get("/products/", headers={"host": "evil.example"})
    assert said() == ["400 to GET /products/ by somebody at 127.0.0.1"]


def test_a_method_that_is_none(client, sam, said):
    client.delete("/profile/security/sessions/end/")
    assert said() == [f"405 to DELETE accounts:session-end by person {sam.pk}"]


def test_too_many(client, sam, said, monkeypatch):
    from inventory_site.web.limits import RULES, Rule

    monkeypatch.setitem(RULES, "scan", (Rule("1/minute"),))
    for _ in range(2):
        client.get("/scan/", {"code": "X"})
    assert said() == [f"429 to GET stock:scan by person {sam.pk}"]


@pytest.mark.parametrize("address", [f"/invitation/{TOKEN}/", f"/register/{TOKEN}/", f"/password/new/1-{TOKEN}/"])
def test_a_secret_in_an_address_is_left_out(client, db, said, settings, address):
    settings.REGISTRATION = "open"
    assert client.get(address).status_code in (404, 410)
    [line] = said()
    assert re.fullmatch(r"4\d\d to GET [a-z_:-]+ by somebody at 127\.0\.0\.1", line)


def test_what_is_answered_is_no_refusal(client, sam, said):
    client.get("/products/")
    assert said() == []
