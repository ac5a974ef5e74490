"""Before a change to how somebody signs in they prove once more who they are, unless they just did."""

import time
from urllib.parse import urlencode

import pytest

from tests.accounts.codes import code_now, give_code, give_password
from tests.factories import PASSWORD, person

APP, CONFIRM, BY_CODE = "/profile/security/app/", "/profile/confirm/", "/profile/confirm/code/"
CHANGES = [APP, "/profile/security/passkeys/add/", "/profile/security/recovery-codes/new/"]


@pytest.fixture
def sam(client, db):
    sam = person("staff")
    client.force_login(sam)
    return sam


@pytest.mark.parametrize("change", CHANGES)
def test_a_session_that_proved_nothing_lately_is_asked(client, sam, change):
    assert client.get(change)["Location"] == f"{CONFIRM}?{urlencode({'next': change})}"


def test_the_password_is_proof_and_leads_back(client, sam):
    page = f"{CONFIRM}?next={APP}"
    assert client.get(page).status_code == 200
    response = client.post(page, {"password": "not this one"})
    assert (response.status_code, response.context["form"].errors) == (
        422,
        {"password": ["This is not your password. Try again."]},
    )
    assert client.post(page, {"password": PASSWORD})["Location"] == APP
    assert client.get(APP).status_code == 200


def test_a_code_is_proof_too(client, db):
    client.force_login(person("admin"))
    page = f"{BY_CODE}?next=/profile/security/recovery-codes/new/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"code": "000000"}).status_code == 422
    assert client.post(page, {"code": code_now()}).status_code == 302
    assert client.get("/profile/security/recovery-codes/new/").status_code == 200


def test_a_sign_in_is_proof_for_five_minutes(client, db, monkeypatch):
    ada = person("admin")
    give_password(client, ada)
    give_code(client, code_now())
    change = "/profile/security/passkeys/add/"
    assert client.get(change).status_code == 200
    later = time.time() + 301
    monkeypatch.setattr("time.time", lambda: later)
    assert client.get(change)["Location"] == f"{CONFIRM}?{urlencode({'next': change})}"


@pytest.mark.parametrize("way", ["//evil.example", "https://evil.example/"])
def test_it_leads_nowhere_else(client, sam, way):
    assert client.post(f"{CONFIRM}?next={way}", {"password": PASSWORD})["Location"] == "/"


def test_guessing_the_password_stops(client, sam):
    answers = [client.post(CONFIRM, {"password": f"guess {number}"}).status_code for number in range(12)]
    assert answers[-1] == 429
    assert client.post(CONFIRM, {"password": PASSWORD}).status_code == 429
