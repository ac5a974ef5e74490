"""No log, at its most talkative, holds an e-mail address, a phone number, a name or a link that lets somebody in."""

import logging
import re

import pytest
from django.core import mail

from accounts.delivery import send_links
from accounts.models import Invitation, Registration, User
from inventory_site.embedded.record import free_port
from tests.accounts.codes import prove
from tests.factories import PASSWORD, WarehouseFactory, person

PHONE = "+441632960961"
CHOSEN = {"name": "Zenobia Quill", "time_zone": "Europe/Berlin", "password": "a sentence of a few words"}


@pytest.fixture
def ada(client, transactional_db, settings, caplog):
    settings.REGISTRATION = "open"
    ada = person("admin", name="Ada Lovejoy", email="ada.lovejoy@example.com", phone=PHONE)
    client.force_login(ada)
    prove(client)
    caplog.set_level(logging.DEBUG)
    return ada


def link_of(message):
    return re.search(r"https?://[^/]+(/\S+)", message.body)[1]


def test_coming_working_and_leaving(client, ada, settings, caplog):
    WarehouseFactory(code="NORTH")
    client.post("/people/invite/", {"email": "ines.invited@example.com", "role": "staff"})
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert send_links() == 0
    Invitation.objects.update(mail_due="2020-01-01T00:00Z")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_links() == 1
    invited = link_of(mail.outbox[-1])
    assert client.post(invited, CHOSEN).status_code == 302
    client.post("/register/", {"email": "rita.registers@example.com"})
    assert send_links() == 1
    registered = link_of(mail.outbox[-1])
    assert client.post(registered, CHOSEN).status_code == 302
    rita, ines = (
        User.objects.get(email="rita.registers@example.com"),
        User.objects.get(email="ines.invited@example.com"),
    )
    assert client.post(f"/people/{rita.pk}/approve", {"role": "staff"}).status_code == 302
    client.post(f"/people/{ines.pk}/rights/NORTH", {"right": "view"})
    client.post(f"/people/{ines.pk}/suspend")
    assert client.get(f"/people/{ines.pk}/export").status_code == 200
    assert client.post(f"/people/{ines.pk}/anonymise", {"email": "ines.invited@example.com"}).status_code == 302
    client.post("/sign-out/")
    client.post("/sign-in/", {"login": "ada.lovejoy@example.com", "password": "not the one at all"})
    client.post("/sign-in/", {"login": "ines.invited@example.com", "password": CHOSEN["password"]})
    client.get("/people/404404/")
    assert Registration.objects.count() == 0
    # The log did speak: of the mail that was not sent, and of what was refused.
    assert "A mail with a link was not sent: ConnectionRefusedError" in [
        record.getMessage() for record in caplog.records
    ]
    names = ["lovejoy", "ines.invited", "rita.registers", "example.com", "Zenobia", "Lovejoy", PHONE]
    secrets = [
        PASSWORD,
        CHOSEN["password"],
        "not the one at all",
        *(link.rsplit("/", 2)[1] for link in (invited, registered)),
    ]
    assert [said for said in [*names, *secrets] if said in caplog.text] == []
