"""A field counts where it belongs: once, in the body of a form, or in the address of a question."""

import pytest
from django.test import Client

from accounts.models import User
from catalog.models import Category
from tests.accounts.codes import is_in
from tests.factories import PASSWORD, ProductFactory, WarehouseFactory, person

pytestmark = pytest.mark.django_db


def test_the_address_of_a_form_fills_in_no_field(client):
    sam = person("staff")
    client.post(f"/sign-in/?login={sam.email}&password={PASSWORD}")
    assert not is_in(client)
    client.force_login(person("manager"))
    assert client.post("/catalog/categories/new?name=Planted").status_code == 422
    assert not Category.objects.filter(name="Planted").exists()


def test_the_body_of_a_question_asks_nothing(client):
    client.force_login(person("manager", rights={WarehouseFactory(): "manage"}))
    ProductFactory(sku="BOLT-M8"), ProductFactory(sku="NUT-M8")
    answer = client.generic("GET", "/products/", "q=NUT", content_type="application/x-www-form-urlencoded")
    assert "BOLT-M8" in answer.content.decode()


def test_of_a_field_sent_twice_the_last_counts_and_is_the_one_that_is_checked(client):
    client.force_login(person("manager"))
    assert client.post("/catalog/categories/new", {"name": ["Fine", ""]}).status_code == 422
    assert client.post("/catalog/categories/new", {"name": ["", "Bolts"]}).status_code in (302, 303)
    assert list(Category.objects.values_list("name", flat=True)) == ["Bolts"]


def test_a_cookie_or_a_header_is_no_field(client):
    stranger = Client(headers={"login": "x", "role": "admin"})
    sam = person("staff")
    stranger.cookies["login"], stranger.cookies["password"], stranger.cookies["role"] = sam.email, PASSWORD, "admin"
    assert stranger.post("/sign-in/", {}).status_code == 422
    assert not is_in(stranger)
    assert User.objects.get(pk=sam.pk).role == "staff"
