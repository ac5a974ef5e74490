"""A person who left: exported, then anonymised, while the ledger stays whole."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.errors import OwnAccount, StillActive
from accounts.models import User, WarehouseUserPermission
from accounts.services import anonymise
from stock.models import Operation
from tests.desk import Desk
from tests.factories import ProductFactory, WarehouseFactory, person


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
    told = json.loads(response.content)
    assert told["account"]["email"] == "sam@example.com"
    assert told["account"]["phone"] == "+441632960961"
    assert told["rights"] == {"NORTH": "operate"}
    assert told["named_in"]["stock.Operation.by"] == 1
    assert "password" not in response.content.decode()


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
