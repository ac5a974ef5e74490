"""A person changes the address they sign in with: proved by a link, told to the one before, and to nobody else."""

import re
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.delivery import send_links
from accounts.models import AddressChange, User
from tests.accounts.codes import give_password, is_in
from tests.factories import PASSWORD, person

PAGE, SENT = "/profile/address/", "/profile/address/sent/"


@pytest.fixture
def sam(client, db):
    sam = person("staff", email="sam@example.com", name="Sam")
    give_password(client, sam)
    return sam


def ask(client, email="New@Example.com"):
    response = client.post(PAGE, {"email": email})
    assert response["Location"] == SENT
    return response


def link():
    """Let the worker send what waits and give the path of the link in the newest mail."""
    send_links()
    sent = [message.body for message in mail.outbox if "/profile/address/" in message.body]
    return re.search(r"http://testserver(/profile/address/\S+)", sent[-1])[1]


def test_the_new_address_is_proved_and_the_old_one_is_told(client, sam):
    ask(client)
    address = link()
    assert mail.outbox[-1].to == ["new@example.com"]
    assert User.objects.get(pk=sam.pk).email == "sam@example.com"
    assert "new@example.com" in client.get(address).content.decode()
    assert client.post(address)["Location"] == "/profile/"
    assert User.objects.get(pk=sam.pk).email == "new@example.com"
    send_links()
    told = mail.outbox[-1]
    assert told.to == ["sam@example.com"]
    assert "from sam@example.com to new@example.com" in told.body
    assert LogEntry.objects.get_for_object(sam).first().changes["email"] == ["sam@example.com", "new@example.com"]
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 404
        assert "it was used" in answer.content.decode()


def test_the_old_address_opens_nothing_any_more(client, sam):
    # A link to a new password makes allauth remember the address.
    client.post("/password/forgotten/", {"email": "sam@example.com"})
    ask(client)
    client.post(link())
    stranger = Client()
    stranger.post("/sign-in/", {"login": "sam@example.com", "password": PASSWORD})
    assert not is_in(stranger)
    stranger.post("/sign-in/", {"login": "new@example.com", "password": PASSWORD})
    assert is_in(stranger)


def test_looking_at_the_link_changes_nothing(client, sam):
    ask(client)
    client.get(link())
    assert User.objects.get(pk=sam.pk).email == "sam@example.com"


def test_the_link_belongs_to_who_asked(client, sam):
    """A mistyped address may be somebody else's, who would have the account with it."""
    ask(client)
    address = link()
    stranger = Client()
    assert stranger.post(address)["Location"] == f"/sign-in/?next={address}"
    give_password(stranger, person("staff"))
    assert (stranger.get(address).status_code, stranger.post(address).status_code) == (404, 404)


def test_an_address_with_an_account_is_told_and_the_page_says_the_same(client, sam):
    person("staff", email="max@example.com")
    pages = []
    for email in ("max@example.com", "x@example.com"):
        ask(client, email)
        pages.append(re.sub(r"\b\w{64}\b", "", client.get(SENT).content.decode()))
    assert pages[0] == pages[1]
    ask(client, "max@example.com")
    send_links()
    assert mail.outbox[-1].to == ["max@example.com"]
    assert "It has an account of its own already" in mail.outbox[-1].body
    assert "/profile/address/" not in mail.outbox[-1].body


def test_an_address_that_was_taken_meanwhile_is_not_given(client, sam):
    ask(client)
    address = link()
    person("staff", email="new@example.com")
    assert client.post(address).status_code == 410
    assert User.objects.get(pk=sam.pk).email == "sam@example.com"


def test_a_link_works_for_an_hour_and_the_newest_alone(client, sam):
    ask(client)
    first = link()
    ask(client)
    second = link()
    assert client.post(first).status_code == 404
    AddressChange.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.post(second).status_code == 410


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Enter your new e-mail address."),
        ("sam", "Enter a valid email address."),
        ("SAM@example.com", "This is your address already."),
        ("sam@example.com\r\nBcc: x@example.com", "Enter a valid email address."),
    ],
)
def test_what_cannot_be_the_new_address_is_refused_in_words(client, sam, email, words):
    response = client.post(PAGE, {"email": email})
    assert (response.status_code, response.context["form"].errors) == (422, {"email": [words]})
    assert AddressChange.objects.count() == 0


def test_asking_again_and_again_stops(client, sam):
    for number in range(5):
        ask(client, f"new{number}@example.com")
    response = client.post(PAGE, {"email": "new@example.com"})
    assert (response.status_code, "Retry-After" in response.headers) == (429, True)
