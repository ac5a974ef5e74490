"""Who forgot their password gets a link by mail; nobody learns from it who has an account."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.delivery import send_links
from accounts.models import Letter
from tests.accounts.codes import give_password, is_in
from tests.factories import PASSWORD, person

FORGOTTEN, SENT, DONE = "/password/forgotten/", "/password/forgotten/sent/", "/password/new/done/"
NEW = "a quiet harbour in november"


@pytest.fixture
def sam(db):
    return person("staff", email="sam@example.com")


def ask(client, email="sam@example.com"):
    return client.post(FORGOTTEN, {"email": email})


def link():
    """Let the worker send what waits and give the path of the link in the newest mail."""
    send_links()
    return re.search(r"http://testserver(/password/new/\S+)", mail.outbox[-1].body)[1]


def set_password(client, address, password=NEW):
    form = client.get(address)["Location"]
    return client.post(form, {"password1": password, "password2": password})


def test_the_link_sets_a_new_password_and_works_once(client, sam):
    assert ask(client, "SAM@example.com")["Location"] == SENT
    assert mail.outbox == []
    address = link()
    assert (mail.outbox[0].to, Letter.objects.count()) == (["sam@example.com"], 0)
    assert set_password(client, address)["Location"] == DONE
    assert not is_in(client)
    assert client.get(address).status_code == 404
    assert give_password(client, sam).status_code == 422
    assert give_password(client, sam, NEW).status_code == 302


def test_it_ends_every_open_session(client, sam):
    phone = Client()
    give_password(phone, sam)
    ask(client)
    set_password(client, link())
    assert phone.get("/profile/")["Location"] == "/sign-in/?next=/profile/"


def test_the_key_does_not_stay_in_the_address(client, sam):
    ask(client)
    address = link()
    assert re.fullmatch(r"/password/new/[0-9a-z]+-set-password/", client.get(address)["Location"])


def test_the_link_is_made_from_our_own_address(client, sam, settings):
    settings.BASE_URL = "https://stock.example.com"
    client.post(FORGOTTEN, {"email": "sam@example.com"}, headers={"Host": "localhost"})
    send_links()
    assert re.findall(r"https?://[^/\s]+", mail.outbox[0].body) == ["https://stock.example.com"]


def test_every_address_gets_the_same_answer_and_a_mail(client, sam):
    person("staff", email="gone@example.com", status="suspended")
    answers = [ask(Client(), email) for email in ("sam@example.com", "nobody@example.com", "gone@example.com")]
    assert {(each.status_code, each["Location"]) for each in answers} == {(302, SENT)}
    send_links()
    assert [message.to for message in mail.outbox] == [
        ["sam@example.com"],
        ["nobody@example.com"],
        ["gone@example.com"],
    ]
    assert len({message.subject for message in mail.outbox}) == 1
    assert ["/password/new/" in message.body for message in mail.outbox] == [True, False, False]


def test_a_mail_server_that_is_away_is_nobodys_wait(client, sam, monkeypatch):
    def fail(*_args):
        raise ConnectionRefusedError

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", fail)
        assert {ask(Client(), email)["Location"] for email in ("sam@example.com", "nobody@example.com")} == {SENT}
        assert send_links() == 0
    Letter.objects.update(mail_due=timezone.now())
    assert send_links() == 2


def test_asking_costs_the_same_questions_for_every_address(client, sam):
    ask(client)
    for email in ("sam@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as asked:
            ask(Client(), email)
        assert [query["sql"].split()[0] for query in asked] == ["SELECT", "INSERT", "INSERT"]


@pytest.mark.parametrize(("minutes", "status"), [(59, 302), (61, 404)])
def test_the_link_holds_for_an_hour_and_says_so(client, sam, minutes, status):
    assert "It holds for one hour" in client.get(SENT).content.decode()
    ask(client)
    address = link()
    assert "It holds for one hour" in mail.outbox[-1].body
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)):
        response = client.get(address)
    assert response.status_code == status
    if status == 404:
        page = response.content.decode()
        assert "ask for a new link" in page
        assert f'href="{FORGOTTEN}"' in page


def test_a_mail_that_waited_too_long_is_not_sent(client, sam):
    ask(client)
    Letter.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert (send_links(), Letter.objects.count()) == (0, 0)


@pytest.mark.parametrize("email", ["", "sam", "sam@example.com\x00", f"{'a' * 400}@example.com"])
def test_what_is_no_address_is_refused_in_words(client, sam, email):
    response = ask(client, email)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["email"])
    assert Letter.objects.count() == 0


@pytest.mark.parametrize(
    "address", ["/password/new/1-set-password/", "/password/new/1-abc-def/", "/password/new/zz-x/"]
)
def test_a_made_up_link_leads_to_a_page_that_says_so(client, sam, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()


def test_a_refused_password_keeps_the_link_alive(client, sam):
    ask(client)
    form = client.get(link())["Location"]
    assert client.post(form, {"password1": "short", "password2": "short"}).status_code == 422
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert PASSWORD != NEW
