"""Somebody who lost every device is helped by an admin, who takes the old factor away; nobody else can."""

import pytest
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from django.core import mail
from django.urls import reverse

from accounts.delivery import send_links
from inventory_site.web.trail import Act
from tests.factories import person


@pytest.fixture
def lost(db):
    """The authenticator app of somebody whose phone is gone."""
    return Authenticator.objects.get(user=person("manager", email="lost@example.com", second_factor=True), type="totp")


def take_away(client, factor):
    return client.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"})


def test_an_admin_takes_it_away_and_that_is_on_record(client, admin_person, lost):
    assert take_away(client, lost).status_code == 302
    assert not Authenticator.objects.filter(pk=lost.pk).exists()
    newest = LogEntry.objects.order_by("-pk").first()
    assert (newest.action, newest.actor, newest.object_repr, newest.changes) == (
        Act.FACTOR_REMOVED,
        admin_person,
        str(lost.user),
        {"means": ["authenticator app", "None"]},
    )


def test_its_owner_is_told_by_mail_and_not_where_the_admin_was(transactional_db, client, admin_person, lost):
    client.post(reverse("admin:mfa_authenticator_delete", args=[lost.pk]), {"post": "yes"}, REMOTE_ADDR="192.0.2.77")
    assert send_links() == 1
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["lost@example.com"], "[Holdfast] A second step was taken away")
    assert f"{admin_person} has taken away" in letter.body
    assert "authenticator app" in letter.body
    assert "192.0.2.77" not in letter.body


def test_several_at_once_too(client, admin_person, lost):
    chosen = {"action": "delete_selected", "_selected_action": [lost.pk], "post": "yes"}
    assert client.post(reverse("admin:mfa_authenticator_changelist"), chosen).status_code == 302
    assert LogEntry.objects.filter(action=Act.FACTOR_REMOVED, actor=admin_person).count() == 1
    assert not Authenticator.objects.filter(pk=lost.pk).exists()


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_nobody_else_takes_it_away(client, lost, role):
    client.force_login(person(role))
    take_away(client, lost)
    assert Authenticator.objects.filter(pk=lost.pk).exists()
