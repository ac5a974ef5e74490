"""An admin takes away whom the company's provider knows as whom, and that is on record; nobody else can."""

import pytest
from allauth.socialaccount.models import SocialAccount
from auditlog.models import LogEntry
from django.urls import reverse

from accounts.models import User
from accounts.services.single_sign_on import PROVIDER
from inventory_site.web.trail import Act
from tests.factories import person


@pytest.fixture
def linked(db):
    return SocialAccount.objects.create(user=person(name="Sam"), provider=PROVIDER, uid="7c1f")


def take_away(client, link):
    return client.post(reverse("admin:socialaccount_socialaccount_delete", args=[link.pk]), {"post": "yes"})


def choose_and_take_away(client, link):
    chosen = {"action": "delete_selected", "_selected_action": [link.pk], "post": "yes"}
    return client.post(reverse("admin:socialaccount_socialaccount_changelist"), chosen)


@pytest.mark.parametrize("way", [take_away, choose_and_take_away])
def test_taking_a_link_away_is_recorded_at_its_person(client, admin_person, linked, settings, way):
    settings.OIDC_NAME = "Acme"
    before = set(LogEntry.objects.values_list("pk", flat=True))
    assert way(client, linked).status_code == 302
    assert not SocialAccount.objects.exists()
    [row] = LogEntry.objects.get_for_model(User).exclude(pk__in=before)
    assert (row.action, row.actor, row.object_pk, row.changes) == (
        Act.UPDATE,
        admin_person,
        str(linked.user_id),
        {"single sign-on": ["Acme", "None"]},
    )


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_nobody_else_takes_it_away(client, linked, role):
    client.force_login(person(role))
    take_away(client, linked)
    choose_and_take_away(client, linked)
    assert SocialAccount.objects.filter(pk=linked.pk).exists()
