"""Every change to how somebody signs in demands a proof of the last five minutes that it is them."""

from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from accounts.models import AddressChange
from tests.factories import APP_SECRET, PASSWORD, person
from tests.test_markers import OURS

# A route, and what is sent to it; None where looking at it is all there is.
SENSITIVE = [
    ("mfa_activate_totp", {"code": "000000"}),
    ("mfa_deactivate_totp", {}),
    ("mfa_view_recovery_codes", None),
    ("mfa_generate_recovery_codes", {}),
    ("mfa_add_webauthn", {"name": "Key", "credential": "{}"}),
    ("mfa_edit_webauthn", {"name": "Another name"}),
    ("mfa_remove_webauthn", {}),
    ("accounts:address", {"email": "new@example.com"}),
]
# These hold the proof themselves: the password of today, the link of a mail, or nothing that could be taken over.
OTHERWISE = {
    "account_change_password": "asks for the password of today in its own form",
    "account_reauthenticate": "is the proof",
    "mfa_reauthenticate": "is the proof",
    "mfa_reauthenticate_webauthn": "is the proof",
    "accounts:address-sent": "says what was done",
    "accounts:address-confirm": "takes the link of a mail, from the person alone who asked for it with a proof",
    "accounts:profile": "changes nothing about signing in",
    "accounts:security": "shows no secret",
    "accounts:session-end": "demands one too, and has nothing to look at: tests of its own",
}


@pytest.fixture
def sam(client, db):
    """Somebody with every factor, whose session has proved nothing lately."""
    sam = person("staff")
    RecoveryCodes.activate(sam)
    client.force_login(sam)
    return sam


def address_of(route, sam):
    if route == "mfa_activate_totp":
        return reverse(route)
    TOTP.activate(sam, APP_SECRET)
    if "edit" in route or "remove" in route:
        key = Authenticator.objects.create(user=sam, type="webauthn", data={"name": "Key", "credential": {}})
        return reverse(route, args=[key.pk])
    return reverse(route)


def state(sam):
    return sorted(Authenticator.objects.filter(user=sam).values_list("pk", "type")), AddressChange.objects.count()


@pytest.mark.parametrize(("route", "sent"), SENSITIVE)
def test_it_demands_a_fresh_proof(client, sam, route, sent):
    address = address_of(route, sam)
    proof, before = f"/profile/confirm/?{urlencode({'next': address})}", state(sam)
    if sent is not None:
        assert client.post(address, sent)["Location"] == proof
        assert state(sam) == before
    assert client.get(address)["Location"] == proof
    assert client.post(f"/profile/confirm/?next={address}", {"password": "guessed by somebody"}).status_code == 422
    assert state(sam) == before


@pytest.mark.parametrize("route", [route for route, _sent in SENSITIVE])
def test_the_proof_opens_it(client, sam, route):
    address = address_of(route, sam)
    assert client.get(address).status_code == 302
    assert client.post(f"/profile/confirm/?next={address}", {"password": PASSWORD})["Location"] == address
    assert client.get(address).status_code == 200


def test_what_was_sent_is_done_after_the_proof(client, sam):
    address = address_of("mfa_deactivate_totp", sam)
    client.post(address)
    client.post(f"/profile/confirm/?next={address}", {"password": PASSWORD})
    assert state(sam) == ([], 0)


def test_a_password_is_changed_with_the_one_of_today_alone(client, sam):
    new = {"password1": "a quiet harbour in november", "password2": "a quiet harbour in november"}
    page = reverse("account_change_password")
    assert [client.post(page, {"oldpassword": old, **new}).status_code for old in ("", "guessed", PASSWORD)] == [
        422,
        422,
        302,
    ]


def test_every_page_about_the_own_account_stands_in_one_of_the_lists():
    own = {name for name, pattern in OURS.items() if str(pattern.pattern).startswith("profile/")}
    assert own == {route for route, _sent in SENSITIVE} | OTHERWISE.keys()
