"""A person's own registration: the address is proved first, then an admin decides; nobody learns who has an account."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.delivery import send_links
from accounts.models import Registration, User
from tests.factories import PASSWORD, WarehouseFactory, person
from warehouses.models import Warehouse

REGISTER, SENT = "/register/", "/register/sent/"
TYPED = {"name": "Pia Waits", "time_zone": "UTC", "password": "seven boxes of blue bolts"}
WAITS = "Your account waits for an admin of your company to let you in."


@pytest.fixture(autouse=True)
def open_to_all(settings, db):
    settings.REGISTRATION, settings.REGISTRATION_DOMAINS = "open", []


def ask(client, email="pia@example.com"):
    return client.post(REGISTER, {"email": email})


def link():
    send_links()
    return re.search(r"http://testserver(/register/\S+)", mail.outbox[-1].body).group(1)


@pytest.fixture
def pia(client):
    ask(client)
    client.post(link(), TYPED)
    return User.objects.get(email="pia@example.com")


def test_a_proved_address_waits_for_an_admin(client, pia):
    assert (pia.status, pia.role, pia.name) == ("pending", "staff", "Pia Waits")
    assert list(Warehouse.objects.for_user(pia, "view")) == []
    assert Registration.objects.count() == 0


def test_nothing_is_made_before_the_address_is_proved(client):
    assert ask(client)["Location"] == SENT
    assert (User.objects.count(), mail.outbox) == (0, [])


def test_a_known_and_an_unknown_address_get_the_same_answer(client, django_assert_num_queries):
    person(email="known@example.com")
    ask(client, "warm@example.com")
    answers = []
    for email in ("Known@example.com", "unknown@example.com"):
        with django_assert_num_queries(7):
            response = ask(client, email)
        answers.append((response.status_code, response["Location"], response.content))
    assert answers[0] == answers[1]
    assert Registration.objects.count() == 3


def test_a_known_address_is_told_so_by_mail_without_a_link_to_register(client):
    person(email="known@example.com")
    ask(client, "known@example.com")
    send_links()
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["known@example.com"], "[Holdfast] You have an account already")
    assert "/register/" not in sent.body
    assert "http://testserver/sign-in/" in sent.body


def test_the_same_address_gets_one_mail_in_ten_minutes(client):
    for _ in range(3):
        ask(client)
        send_links()
    assert len(mail.outbox) == 1
    Registration.objects.update(created=timezone.now() - timedelta(minutes=11))
    ask(client)
    send_links()
    assert len(mail.outbox) == 2


def test_a_link_works_once_and_not_for_ever(client, pia):
    ask(client, "max@example.com")
    address = link()
    Registration.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get(address).status_code == 404
    assert client.post(address, TYPED).status_code == 404
    send_links()
    assert Registration.objects.count() == 0


def test_who_waits_is_told_so_only_with_the_right_password(client, pia):
    right = client.post("/sign-in/", {"login": pia.email, "password": TYPED["password"]})
    wrong = client.post("/sign-in/", {"login": pia.email, "password": PASSWORD})
    assert right.context["form"].non_field_errors() == [WAITS]
    assert wrong.context["form"].non_field_errors() != [WAITS]
    assert "_auth_user_id" not in client.session


def test_an_admin_lets_them_in_with_role_and_rights(client, pia, admin_person):
    north = WarehouseFactory(code="NORTH")
    sent = {"role": "manager", "home_warehouse": north.pk, f"right_{north.pk}": "manage"}
    assert client.post(f"/people/{pia.pk}/approve", {**sent, "role": "owner"}).status_code == 422
    assert client.post(f"/people/{pia.pk}/approve", sent).status_code == 302
    pia.refresh_from_db()
    assert (pia.status, pia.role, pia.home_warehouse) == ("active", "manager", north)
    assert list(Warehouse.objects.for_user(pia, "manage")) == [north]
    assert client.post(f"/people/{pia.pk}/refuse").status_code == 409


def test_an_admin_refuses_them(client, pia, admin_person):
    assert client.post(f"/people/{pia.pk}/refuse").status_code == 302
    pia.refresh_from_db()
    assert pia.status == "suspended"
    assert client.post(f"/people/{pia.pk}/approve", {"role": "staff"}).status_code == 409


def test_only_the_domains_of_the_setting_may(client, settings):
    settings.REGISTRATION_DOMAINS = ["Example.com", "@example.org"]
    for email in ("a@example.com", "b@example.ORG"):
        assert ask(client, email).status_code == 302
    for email in ("a@example.net", "a@sub.example.com", "a@notexample.com"):
        response = ask(client, email)
        assert response.status_code == 422
        words = "Only addresses of your company may register: example.com, example.org."
        assert response.context["form"].errors["email"] == [words]


def test_it_is_closed_by_default(client, settings, pia):
    ask(client, "max@example.com")
    address = link()
    settings.REGISTRATION = "closed"
    for page in (REGISTER, SENT, address):
        assert client.get(page).status_code == 404
    assert client.post(address, TYPED).status_code == 404
    assert "/register/" not in client.get("/sign-in/").content.decode()


def test_the_sign_in_leads_there_while_it_is_open(client):
    assert 'href="/register/"' in client.get("/sign-in/").content.decode()
