"""A password is 12 characters or more, known from no leak, and otherwise what the person likes."""

import pytest
from django.contrib.auth.password_validation import get_default_password_validators
from django.core import mail
from django.test import Client

from accounts.delivery import send_links
from tests.accounts.codes import give_password
from tests.factories import PASSWORD, person

CHANGE, SECURITY = "/profile/password/", "/profile/security/"
NEW = "a quiet harbour in november"
LEAKED = "This password is known from leaks, so it is tried first. Choose another."


@pytest.fixture
def sam(client, db):
    sam = person("staff", email="sam@example.com", name="Samantha Okonkwo")
    give_password(client, sam)
    return sam


def change(client, new, old=PASSWORD, again=None):
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new if again is None else again})


@pytest.mark.parametrize(
    "new",
    [NEW, "ALL CAPITALS WITHOUT SIGNS", "пароль из тихой гавани", "🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊🌊", "   leading blanks"],
)
def test_any_signs_will_do(client, sam, new):
    assert change(client, new)["Location"] == SECURITY
    assert give_password(Client(), sam, new).status_code == 302


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("elevenchars", "This password is too short. It must contain at least 12 characters."),
        ("sam@example.com", "The password is too similar to the e-mail."),
        ("qwertyuiop[]", LEAKED),
        ("1234567890qwertyuiop", LEAKED),
        ("PasswordPassword", LEAKED),
        ("Password1234", LEAKED),
    ],
)
def test_what_others_would_try_first_is_refused(client, sam, new, why):
    response = change(client, new)
    assert (response.status_code, response.context["form"].errors) == (422, {"password1": [why]})
    assert give_password(Client(), sam).status_code == 302


def test_the_list_of_leaks_holds_what_the_length_lets_through():
    (leaked,) = [each for each in get_default_password_validators() if hasattr(each, "passwords")]
    assert len(leaked.passwords) == 54_905
    assert min(map(len, leaked.passwords)) == 12


def test_the_old_password_is_asked_for(client, sam):
    response = change(client, NEW, old="something else entirely")
    assert response.status_code == 422
    assert response.context["form"].errors == {"oldpassword": ["This is not your password. Try again."]}


def test_both_have_to_be_the_same(client, sam):
    response = change(client, NEW, again="a quiet harbour in december")
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["password2"])


def test_a_change_ends_the_other_sessions_and_keeps_this_one(client, sam):
    phone = Client()
    give_password(phone, sam)
    before = client.session.session_key
    assert change(client, NEW)["Location"] == SECURITY
    assert client.get("/profile/").status_code == 200
    assert client.session.session_key != before
    assert phone.get("/profile/")["Location"] == "/sign-in/?next=/profile/"
    assert client.get(SECURITY).context["sessions"] == []
    assert send_links() == 1
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["sam@example.com"], "[Holdfast] Your password was changed")
    ]
