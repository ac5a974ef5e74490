"""The key of a session is made by the server, cannot be guessed and says nothing; what it stands for is kept there."""

import math
import string

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client

from tests.accounts.codes import give_password
from tests.factories import PASSWORD, person

pytestmark = pytest.mark.django_db


def test_it_has_128_bits_and_more_and_no_two_are_the_same():
    sam = person("staff")
    keys = []
    for _ in range(20):
        client = Client()
        give_password(client, sam)
        keys.append(client.cookies["sessionid"].value)
    letters = string.ascii_lowercase + string.digits
    assert len(set(keys)) == 20
    assert all(set(key) <= set(letters) and len(key) * math.log2(len(letters)) >= 128 for key in keys)
    # Each letter takes part, so none of it is a counter or a clock.
    assert all(len({key[place] for key in keys}) > 5 for place in range(len(keys[0])))


def test_one_that_the_browser_made_up_is_not_taken(client):
    client.cookies["sessionid"] = "a" * 32
    give_password(client, person("staff"))
    assert client.cookies["sessionid"].value != "a" * 32


def test_the_browser_holds_the_key_alone():
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.cached_db"


def test_a_session_is_of_the_one_password_it_was_begun_with(client):
    sam = person("staff")
    give_password(client, sam)
    sam.set_password("another quiet harbour")
    sam.save()
    assert client.get("/profile/")["Location"] == "/sign-in/?next=/profile/"


def test_a_proof_before_a_change_gives_the_session_a_new_key_and_the_old_one_opens_nothing(client):
    give_password(client, person("staff"))
    before, elsewhere = client.cookies["sessionid"].value, Client()
    assert client.post("/profile/confirm/?next=/profile/", {"password": PASSWORD}).status_code == 302
    after = client.cookies["sessionid"].value
    elsewhere.cookies["sessionid"] = before
    assert before != after
    assert elsewhere.get("/profile/")["Location"] == "/sign-in/?next=/profile/"
    assert client.get("/profile/").status_code == 200
    # It is still known as the one session there is.
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [after]


def test_a_proof_that_is_refused_changes_no_key(client):
    give_password(client, person("staff"))
    before = client.cookies["sessionid"].value
    assert client.post("/profile/confirm/", {"password": "guessed by somebody"}).status_code == 422
    assert client.cookies["sessionid"].value == before
