"""The key of a session is made by the server, cannot be guessed and says nothing; what it stands for is kept there."""

import math
import string

import pytest
from django.conf import settings
from django.test import Client

from tests.accounts.codes import give_password
from tests.factories import person

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
