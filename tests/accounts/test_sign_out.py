"""Signing out leaves nothing behind: not on the server, not on the device."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.accounts.codes import give_password
from tests.factories import WarehouseFactory, person

SECURITY, OUT = "/profile/security/", "/sign-in/?next=/profile/"


@pytest.fixture
def sam(client, db):
    sam = person("staff", rights={WarehouseFactory(): "operate"})
    give_password(client, sam)
    return sam


def test_the_session_is_gone_from_the_server(client, sam):
    key = client.session.session_key
    client.post("/sign-out/")
    assert not Session.objects.filter(session_key=key).exists()
    copied = Client()
    copied.cookies["sessionid"] = key
    assert copied.get("/profile/")["Location"] == OUT


def test_the_browser_is_told_to_forget_pages_and_drafts(client, sam):
    assert client.post("/sign-out/").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_link_does_not_sign_out(client, sam):
    answer = client.get("/sign-out/")
    assert (answer.status_code, "Clear-Site-Data" in answer.headers) == (200, False)
    assert client.get("/profile/").status_code == 200


@pytest.mark.parametrize("page", ["/", "/more/", "/products/", "/transactions/", "/alerts/", "/profile/", SECURITY])
def test_every_page_leads_to_it(client, sam, page):
    assert '<form method="post" action="/sign-out/">' in client.get(page).content.decode()
