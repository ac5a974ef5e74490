"""A session that somebody planted in a browser is nobody's way in."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.accounts.codes import code_now, give_code, give_password, is_in
from tests.factories import WarehouseFactory, person

pytestmark = pytest.mark.django_db

MADE_UP = "abcdefghijklmnopqrstuvwxyz012345"
STRANGE = [
    *(MADE_UP, "", "x", "\x00" * 32, '"' + "\\000" * 32 + '"', "../../etc/passwd"),
    *("' OR 1=1 --", "a" * 5000, "é" * 40),
]


@pytest.fixture
def sam():
    return person(email="sam@example.com", rights={WarehouseFactory(): "view"})


@pytest.mark.parametrize("planted", STRANGE)
def test_a_key_that_was_made_up_is_not_taken_over(client, sam, planted):
    client.cookies["sessionid"] = planted
    assert client.get("/profile/").status_code == 302
    give_password(client, sam)
    assert is_in(client)
    assert client.session.session_key != planted
    assert Session.objects.count() == 1


def test_a_sign_in_that_a_stranger_began_lets_nobody_in_and_is_left_by_starting_again(sam):
    """The stranger gives their own password, plants that session before the second step, and waits."""
    stranger, victim = Client(), Client()
    give_password(stranger, person("admin"))
    planted = stranger.cookies["sessionid"].value
    victim.cookies["sessionid"] = planted
    assert give_password(victim, sam)["Location"] == "/sign-in/second-step/"
    assert (is_in(victim), is_in(stranger)) == (False, False)
    victim.post("/sign-out/")
    give_password(victim, sam)
    assert victim.cookies["sessionid"].value != planted
    assert victim.get("/profile/").context["user"] == sam
    assert stranger.get("/profile/").status_code == 302


def test_each_step_up_begins_a_session_and_ends_the_one_before():
    ada, browser = person("admin"), Client()
    browser.get("/sign-in/")
    keys = []
    for step in (lambda: give_password(browser, ada), lambda: give_code(browser, code_now())):
        step()
        keys.append(browser.cookies["sessionid"].value)
    assert len(set(keys)) == 2
    assert is_in(browser)
    assert not Session.objects.filter(pk=keys[0]).exists()


def test_the_token_of_the_page_before_sign_in_is_worth_nothing_after_it(sam):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in/")
    before = browser.cookies["csrftoken"].value
    give_password(browser, sam, csrfmiddlewaretoken=before)
    assert is_in(browser)
    assert browser.cookies["csrftoken"].value != before
    assert browser.post("/sign-out/", {"csrfmiddlewaretoken": before}).status_code == 403


def test_signing_out_ends_the_session_itself_and_not_only_its_cookie(client, sam):
    give_password(client, sam)
    kept = client.cookies["sessionid"].value
    client.post("/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/profile/").status_code == 302
