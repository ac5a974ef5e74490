"""A person who left: exported, then anonymised, while the ledger stays whole."""

import json
from datetime import time
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.errors import OwnAccount, StillActive
from accounts.models import User, WarehouseUserPermission
from accounts.services import anonymise
from alerts.models import Preferences, PushDevice, Subscription
from alerts.services.devices import add_device
from stock.models import Operation
from tests.accounts.codes import give_password
from tests.desk import Desk
from tests.factories import APP_SECRET, ProductFactory, WarehouseFactory, person


def exported(client, person):
    return json.loads(b"".join(client.get(f"/people/{person.pk}/export").streaming_content))


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH")


@pytest.fixture
def sam(north):
    """Sam, who has booked something and is next in line, and was suspended."""
    made = person("manager", {north: "operate"}, name="Sam Porter", email="sam@example.com", phone="+441632960961")
    Desk(made).receive(north, ProductFactory(sku="BOLT-M8"), 12)
    north.next_in_line = made
    north.save()
    User.objects.filter(pk=made.pk).update(status="suspended")
    made.refresh_from_db()
    return made


def test_the_export_holds_what_is_kept_of_them(client, admin_person, sam):
    response = client.get(f"/people/{sam.pk}/export")
    assert response["Content-Disposition"] == f'attachment; filename="person-{sam.pk}.json"'
    assert "no-store" in response["Cache-Control"]
    body = b"".join(response.streaming_content).decode()
    told = json.loads(body)
    assert told["account"]["email"] == "sam@example.com"
    assert told["account"]["phone"] == "+441632960961"
    assert told["rights"] == {"NORTH": "operate"}
    assert told["named_in"]["stock.Operation.by"] == 1
    assert "password" not in body


def test_the_export_holds_their_devices_factors_and_deeds(client, admin_person, sam, north):
    User.objects.filter(pk=sam.pk).update(status="active")
    device = Client(headers={"user-agent": "Shelf phone 7"}, REMOTE_ADDR="203.0.113.5")
    give_password(device, sam)
    TOTP.activate(sam, APP_SECRET)
    told = exported(client, sam)
    assert [(each["user_agent"], each["ip"]) for each in told["sessions"]] == [("Shelf phone 7", "203.0.113.5")]
    assert [each["kind"] for each in told["second_factors"]] == ["TOTP Authenticator"]
    [booked] = told["operations"]
    operation = Operation.objects.get()
    assert (booked["key"], booked["kind"], booked["warehouse__code"]) == (str(operation.pk), "receive", "NORTH")
    signed_in = [each for each in told["changes"] if each["action"] == "Signed in"]
    assert [(each["kind"], each["id"]) for each in signed_in] == [("accounts.user", str(sam.pk))]
    assert {(each["address"], each["device"]) for each in signed_in} == {("203.0.113.5", "Shelf phone 7")}


def test_the_export_costs_the_same_however_much_they_did(client, admin_person, sam, north):
    counts = set()
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            operations = len(exported(client, sam)["operations"])
        counts.add(len(asked))
        for product in ProductFactory.create_batch(3):
            Desk(sam).receive(north, product, 1)
    assert operations == 4
    assert len(counts) == 1


def test_the_name_goes_and_the_ledger_stays(client, admin_person, sam, north):
    before = Operation.objects.get()
    page = f"/people/{sam.pk}/anonymise"
    assert client.get(page).status_code == 200
    for typed in ("", "max@example.com"):
        assert client.post(page, {"email": typed}).status_code == 422
    assert client.post(page, {"email": "SAM@example.com"})["Location"] == f"/people/{sam.pk}/"
    sam.refresh_from_db()
    north.refresh_from_db()
    former = f"Former employee {sam.pk}"
    assert (sam.name, sam.email, sam.phone) == (former, f"former-{sam.pk}@holdfast.invalid", "")
    assert (sam.status, sam.role, sam.has_usable_password()) == ("suspended", "staff", False)
    assert WarehouseUserPermission.objects.filter(user=sam).count() == 0
    assert north.next_in_line is None
    after = Operation.objects.select_related("by").get()
    assert (after.pk, after.digest, str(after.by)) == (before.pk, before.digest, former)
    call_command("verify_ledger", stdout=StringIO())
    text = client.get(f"/operations/{after.pk}/").content.decode()
    assert former in text
    assert "Sam Porter" not in text
    assert client.get(f"/people/{sam.pk}/").status_code == 200


def test_what_they_wanted_to_be_told_goes_with_their_devices(client, admin_person, sam, north):
    add_device(person=sam, fid="c" * 22, name="Chrome, Android")
    Subscription.objects.create(person=sam, warehouse=north, kind="low", channel="push", mode="now")
    Preferences.objects.create(person=sam, digest_at=time(6))
    client.post(f"/people/{sam.pk}/anonymise", {"email": sam.email})
    assert [model.objects.count() for model in (PushDevice, Subscription, Preferences)] == [0, 0, 0]


def test_there_is_no_way_back(client, admin_person, sam):
    client.post(f"/people/{sam.pk}/anonymise", {"email": "sam@example.com"})
    assert client.get(f"/people/{sam.pk}/anonymise").status_code == 404
    for verb in ("restore", "invite-again"):
        assert client.post(f"/people/{sam.pk}/{verb}").status_code == 409
    assert client.post(f"/people/{sam.pk}/rights/NORTH", {"right": "view"}).status_code == 404
    assert User.objects.get(pk=sam.pk).status == "suspended"


def test_their_address_is_free_again(client, admin_person, sam):
    client.post(f"/people/{sam.pk}/anonymise", {"email": "sam@example.com"})
    assert client.post("/people/invite/", {"email": "sam@example.com", "role": "staff"}).status_code == 302


def test_only_somebody_suspended_and_never_oneself(client, admin_person, sam):
    User.objects.filter(pk=sam.pk).update(status="active")
    response = client.post(f"/people/{sam.pk}/anonymise", {"email": "sam@example.com"})
    assert response.status_code == 422
    assert response.context["errors"] == ["Suspend Sam Porter first."]
    with pytest.raises(StillActive):
        anonymise(person=sam, by=admin_person, at=timezone.now())
    with pytest.raises(OwnAccount):
        anonymise(person=admin_person, by=admin_person, at=timezone.now())
    assert User.objects.get(pk=sam.pk).name == "Sam Porter"


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_only_admins_do_it(client, sam, north, role):
    client.force_login(person(role, {north: "manage"}))
    assert client.get(f"/people/{sam.pk}/export").status_code == 403
    assert client.post(f"/people/{sam.pk}/anonymise", {"email": "sam@example.com"}).status_code == 403
