"""The first admin is added on the server, by the rules that hold for everybody, and owes a second factor at once."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from tests.accounts.codes import give_password

pytestmark = pytest.mark.django_db
PASSWORD = "a quiet harbour in november"


@pytest.fixture
def add(monkeypatch):
    def add(email="ada@example.com", name="Ada", password=PASSWORD):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        call_command("add_admin", email, name, stdout=io.StringIO())

    return add


def test_an_admin_comes_in_and_sets_up_a_second_factor(add):
    add(email="Ada@Example.com")
    ada = User.objects.get()
    assert (ada.email, ada.name, ada.role, ada.status) == ("ada@example.com", "Ada", "admin", "active")
    client = Client()
    give_password(client, ada, PASSWORD)
    assert client.get("/people/")["Location"] == "/profile/security/"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"password": "short"}, "This password is too short. It must contain at least 12 characters."),
        ({"password": "Password1234"}, "This password is known from leaks, so it is tried first. Choose another."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"name": ""}, "This field cannot be blank."),
    ],
)
def test_what_nobody_may_have_is_refused(add, given, why):
    with pytest.raises(CommandError, match=f"^{why}$"):
        add(**given)
    assert not User.objects.exists()


def test_an_address_that_somebody_has_is_refused(add):
    add()
    with pytest.raises(CommandError, match=r"Another person has this e-mail address\."):
        add(email="ADA@example.com")
    assert User.objects.count() == 1
