"""Nothing that a stranger sees, and no work that is done for them, tells who has an account."""

import re
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from tests.factories import PASSWORD, person

KNOWN, UNKNOWN, GONE = "sam@example.com", "nobody@example.com", "gone@example.com"


@pytest.fixture(autouse=True)
def people(db):
    person("staff", email=KNOWN)
    person("staff", email=GONE, status="suspended")


def page(response, email):
    return response.status_code, response.content.decode().replace(email, "")


def without_token(words):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", str(words))


@pytest.mark.parametrize("other", [UNKNOWN, GONE])
def test_a_wrong_password_gets_the_same_page(other):
    known, asked = [
        page(Client().post("/sign-in/", {"login": email, "password": "guessed by somebody"}), email)
        for email in (KNOWN, other)
    ]
    assert without_token(known) == without_token(asked)
    assert known[0] == 422


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN, GONE])
def test_every_sign_in_costs_one_hash(email):
    with patch.object(MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode) as encode:
        Client().post("/sign-in/", {"login": email, "password": "guessed by somebody"})
    assert encode.call_count == 1


def test_too_many_guesses_get_the_same_page():
    def locked(email):
        client = Client(REMOTE_ADDR=f"192.0.2.{len(email)}")
        for _ in range(6):
            response = client.post("/sign-in/", {"login": email, "password": "guessed by somebody"})
        return page(response, email)

    known, unknown = locked(KNOWN), locked(UNKNOWN)
    assert known == unknown
    assert known[0] == 429


@pytest.mark.parametrize("other", [UNKNOWN, GONE])
def test_a_forgotten_password_gets_the_same_pages(other):
    def asked(email):
        client = Client()
        response = client.post("/password/forgotten/", {"email": email}, follow=True)
        return response.redirect_chain, *page(response, email)

    assert asked(KNOWN) == asked(other)


def test_a_passkey_sign_in_asks_for_no_name_so_it_tells_none():
    answer = Client().get("/sign-in/passkey/", headers={"Accept": "application/json"}).json()
    assert answer["request_options"]["publicKey"].get("allowCredentials", []) == []
    assert PASSWORD not in str(answer)
