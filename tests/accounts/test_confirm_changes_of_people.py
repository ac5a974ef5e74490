"""Before admins change what others may do they prove who they are, unless they did within the last 15 minutes."""

import time
from urllib.parse import urlencode

import pytest
from auditlog.models import LogEntry
from django.utils import timezone

from accounts.models import Invitation, User, WarehouseUserPermission
from accounts.services import invite
from tests.accounts.codes import prove
from tests.accounts.test_admin_site import PEOPLE, changed
from tests.audit_rows import forget_audit_rows
from tests.factories import PASSWORD, WarehouseFactory, person

CONFIRM = "/profile/confirm/"


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH")


@pytest.fixture
def ada(client, north):
    """An admin whose browser has been open all day."""
    ada = person("admin", name="Ada")
    client.force_login(ada)
    return ada


def state():
    """Give all that these pages could have changed."""
    people = list(User.objects.order_by("pk").values("email", "name", "role", "status", "password"))
    return people, list(WarehouseUserPermission.objects.values_list("user", "permission__codename"))


def asked(page):
    return f"{CONFIRM}?{urlencode({'next': page})}"


# What is sent, of whom, and what they are once the admin has confirmed.
VERBS = [
    ("role", "active", {"role": "manager"}, ("manager", "active")),
    ("suspend", "active", {}, ("staff", "suspended")),
    ("restore", "suspended", {}, ("staff", "active")),
    ("approve", "pending", {"role": "manager"}, ("manager", "active")),
    ("refuse", "pending", {}, ("staff", "suspended")),
]


@pytest.mark.parametrize(
    ("verb", "status", "sent", "becomes"), VERBS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_nothing_happens_before_the_proof_and_what_was_sent_after_it(client, ada, verb, status, sent, becomes):
    sam = person("staff", status=status)
    before, page = state(), f"/people/{sam.pk}/{verb}"
    forget_audit_rows()
    assert client.post(page, sent)["Location"] == asked(page)
    assert (state(), LogEntry.objects.count()) == (before, 0)
    assert client.post(asked(page), {"password": "not this one"}).status_code == 422
    assert state() == before
    assert client.post(asked(page), {"password": PASSWORD})["Location"] == f"/people/{sam.pk}/"
    sam.refresh_from_db()
    assert (sam.role, sam.status) == becomes


def test_an_invitation_and_a_farewell_ask_too(client, ada):
    sam = person("staff", status="suspended", email="sam@example.com")
    calls = {"/people/invite/": {"email": "new@example.com", "role": "admin"}}
    calls[f"/people/{sam.pk}/anonymise"] = {"email": "sam@example.com"}
    for page, sent in calls.items():
        before = state()
        assert client.get(page).status_code == 200
        assert client.post(page, sent)["Location"] == asked(page)
        assert state() == before
    client.post(asked(page), {"password": PASSWORD})
    assert User.objects.get(pk=sam.pk).anonymised


@pytest.mark.parametrize("verb", ["invite-again", "withdraw"])
def test_what_becomes_of_an_invitation_is_asked_for_too(client, ada, verb):
    made = invite(email="new@example.com", role="staff", home_warehouse=None, rights={}, by=ada, at=timezone.now())

    def letter():
        return Invitation.objects.values_list("token_hash", "withdrawn", "expires").get(pk=made.pk)

    before, page = letter(), f"/people/{made.person_id}/{verb}"
    assert client.post(page)["Location"] == asked(page)
    assert (letter(), Invitation.objects.count()) == (before, 1)
    assert client.post(asked(page), {"password": PASSWORD})["Location"] == f"/people/{made.person_id}/"
    assert letter() != before


def test_a_form_that_is_refused_after_the_proof_is_sent_to_its_own_page_again(client, ada):
    page = "/people/invite/"
    client.post(page, {"email": "nobody", "role": "staff"})
    response = client.post(asked(page), {"password": PASSWORD})
    assert response.status_code == 422
    assert f'<form class="form" id="invite" method="post" action="{page}"' in response.content.decode()


def test_htmx_is_led_there_and_back_to_the_page_it_stood_on(client, ada, north):
    sam, page = person("staff"), "/people/rights/?q=sam"
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    response = client.post(f"/people/{sam.pk}/rights/NORTH", {"right": "manage"}, headers=headers)
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, asked(page))
    assert WarehouseUserPermission.objects.count() == 0
    shown = client.get(asked(page)).content.decode()
    assert "Nothing was changed. Confirm that it is you, then choose again." in shown
    assert client.post(asked(page), {"password": PASSWORD})["Location"] == page
    assert WarehouseUserPermission.objects.count() == 0
    assert client.post(f"/people/{sam.pk}/rights/NORTH", {"right": "manage"}, headers=headers).status_code == 200
    assert WarehouseUserPermission.objects.count() == 1


def test_htmx_says_no_other_site_to_go_back_to(client, ada, north):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/"}
    response = client.post(f"/people/{ada.pk}/rights/NORTH", {"right": "view"}, headers=headers)
    assert response.headers["HX-Redirect"] == asked("/")


def test_a_proof_holds_for_fifteen_minutes(client, ada, north, monkeypatch):
    sam, now = person("staff"), time.time()
    prove(client)
    page = f"/people/{sam.pk}/rights/NORTH"
    for minutes, answer in ((14, f"/people/{sam.pk}/"), (16, asked(page))):
        monkeypatch.setattr("time.time", lambda after=minutes: now + after * 60)
        assert client.post(page, {"right": "view"})["Location"] == answer


def test_the_admin_site_asks_before_it_shows_a_form_and_keeps_nothing_that_was_typed(client, ada):
    sam = person("staff")
    before = state()
    page = f"{PEOPLE}{sam.pk}/change/"
    assert client.get(page)["Location"] == asked(page)
    assert client.post(page, changed(sam, role="admin", phone="+441632960961"))["Location"] == asked(page)
    assert "+441632960961" not in str(dict(client.session))
    assert state() == before
    assert client.post(asked(page), {"password": PASSWORD})["Location"] == page
    assert client.get(page).status_code == 200
    assert state() == before


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_who_may_not_is_told_so_and_asked_for_nothing(client, north, role):
    client.force_login(person(role, {north: "manage"}))
    assert client.post(f"/people/{person().pk}/suspend").status_code == 403
    assert client.get(f"{PEOPLE}{person().pk}/change/")["Location"].startswith("/admin/login/")
