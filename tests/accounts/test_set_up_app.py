"""Somebody sets up an authenticator app: scans, writes its first code, keeps the recovery codes."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from accounts.delivery import send_links
from accounts.services.recovery_codes import spend_recovery_code
from tests.accounts.codes import code_now, give_code, give_password, is_in
from tests.desk import at_once
from tests.factories import person

APP, CODES, SECURITY = "/profile/security/app/", "/profile/security/recovery-codes/", "/profile/security/"


@pytest.fixture
def sam(client, db):
    sam = person("staff", email="sam@example.com")
    give_password(client, sam)
    return sam


def secret_of(response):
    return response.context["form"].secret


def set_up(client):
    secret = secret_of(client.get(APP))
    response = client.post(APP, {"code": code_now(secret)})
    assert response["Location"] == CODES
    return secret, client.get(CODES).context["unused_codes"]


def test_the_page_draws_the_code_in_the_page_itself(client, sam):
    page = client.get(APP)
    html = page.content.decode()
    drawing = re.search(r'<div class="qr".*?</div>', html, re.DOTALL)[0]
    assert re.search(r"<svg[^>]*><path [^>]*/></svg>", drawing)
    assert "data:" not in html
    assert " style=" not in html
    assert secret_of(page) in html
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.django_db(transaction=True)
def test_the_first_code_sets_it_up_and_shows_the_recovery_codes_once(client, sam):
    secret, codes = set_up(client)
    assert len(set(codes)) == 10
    assert {row.type for row in Authenticator.objects.filter(user=sam)} == {"totp", "recovery_codes"}
    again = client.get(CODES).content.decode()
    assert [code for code in codes if code in again] == []
    assert send_links() == 1
    assert [message.to for message in mail.outbox] == [["sam@example.com"]]
    other = Client()
    assert give_password(other, sam)["Location"] == "/sign-in/second-step/"
    assert give_code(other, code_now(secret, steps=1)).status_code == 302


def test_until_then_the_secret_is_encrypted_in_the_session(client, sam):
    secret = secret_of(client.get(APP))
    session = Session.objects.get(session_key=client.session.session_key)
    assert secret not in str(session.get_decoded())


def test_a_wrong_code_keeps_the_drawing_and_sets_up_nothing(client, sam):
    secret = secret_of(client.get(APP))
    response = client.post(APP, {"code": "000000"})
    assert (response.status_code, secret_of(response)) == (422, secret)
    assert Authenticator.objects.count() == 0


def test_it_can_be_removed_and_the_recovery_codes_go_with_it(client, sam):
    set_up(client)
    assert client.post(f"{APP}remove/")["Location"] == SECURITY
    assert Authenticator.objects.count() == 0
    assert client.get(SECURITY).status_code == 200


def test_an_admin_keeps_their_last_factor(client, db):
    ada = person("admin")
    give_password(client, ada)
    give_code(client, code_now())
    page = client.get(f"{APP}remove/")
    assert "Set up another one before you remove this one." in page.content.decode()
    assert client.post(f"{APP}remove/").status_code == 422
    assert Authenticator.objects.filter(user=ada, type="totp").count() == 1


def test_a_recovery_code_works_once(client, sam):
    _secret, (code, *_rest) = set_up(client)
    for let_in in (True, False):
        other = Client()
        give_password(other, sam)
        give_code(other, code)
        assert is_in(other) is let_in


def test_new_recovery_codes_make_the_old_ones_worthless(client, sam):
    _secret, old = set_up(client)
    assert client.post(f"{CODES}new/")["Location"] == CODES
    new = client.get(CODES).context["unused_codes"]
    assert set(old) & set(new) == set()
    other = Client()
    give_password(other, sam)
    assert give_code(other, old[0]).status_code == 422
    assert give_code(other, new[0]).status_code == 302


def test_recovery_codes_are_not_readable_in_the_database(client, sam):
    client.post(APP, {"code": code_now(secret_of(client.get(APP)))})
    stored = Authenticator.objects.get(user=sam, type="recovery_codes")
    assert stored.data["seed"].startswith("gAAAA")
    codes = client.get(CODES).context["unused_codes"]
    stored.refresh_from_db()
    assert sorted(stored.data) == ["cost", "hashes", "migrated_codes", "salt", "viewed_at"]
    assert [code for code in codes if code in str(stored.data)] == []
    assert (len(set(stored.data["hashes"])), stored.data["migrated_codes"]) == (10, [])


def test_each_page_says_how_many_codes_are_left(client, sam):
    _secret, codes = set_up(client)
    for code in codes[:3]:
        other = Client()
        give_password(other, sam)
        give_code(other, code)
    assert "7 codes are left" in client.get(SECURITY).content.decode()
    assert "7 codes are left" in client.get(CODES).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_in_four_requests_at_once_lets_one_in(client, sam):
    _secret, (code, *_rest) = set_up(client)
    held = Authenticator.objects.get(user=sam, type="recovery_codes")
    spent = at_once(4, lambda _number: spend_recovery_code(authenticator=held, code=code))
    assert sorted(spent) == [False, False, False, True]


def test_without_a_second_factor_there_are_no_recovery_codes(client, sam):
    assert client.get(CODES).status_code == 404
    assert client.post(f"{CODES}new/").status_code == 422
