"""The page of one alert: what happened, since when, and, for managers, who was told."""

import pytest
from django.urls import reverse

from alerts.delivery import relay
from alerts.models import Delivery
from tests.factories import person


@pytest.fixture
def page(client):
    def get(who, alert):
        client.force_login(who)
        return client.get(f"/alerts/{alert.pk}/")

    return get


def test_it_says_what_happened_and_leads_to_the_level(see, mona, page):
    alert = see("low")
    words = page(mona, alert).content.decode()
    assert "Low: BOLT-M8 at NORTH, 19 left" in words
    assert "19 pcs of Hexagon bolt M8 were left at North Quay when this was noticed" in words
    assert f'href="{reverse("stock:product-detail", args=["BOLT-M8"])}"' in words


@pytest.mark.django_db(transaction=True)
def test_managers_see_who_was_told_and_how_it_went(see, north, mona, page):
    person("manager", {north: "manage"}, name="Max")
    alert = see("low")
    relay()
    Delivery.objects.leaving().filter(person__name="Max").update(status="failed", error="550 No such mailbox")
    response = page(mona, alert)
    assert [(row.person.name, row.channel, row.status) for row in response.context["deliveries"]] == [
        ("Max", "email", "failed"),
        ("Max", "app", "sent"),
        ("Mona", "email", "sent"),
        ("Mona", "app", "sent"),
    ]
    assert "550 No such mailbox" in response.content.decode()


def test_others_do_not_see_who_was_told(see, north, mona, page):
    alert = see("low")
    for who in (person("staff", {north: "operate"}), person("manager", {north: "view"})):
        response = page(who, alert)
        assert response.status_code == 200
        assert response.context["deliveries"] is None
        assert "Mona" not in response.content.decode()


def test_an_alert_of_a_foreign_warehouse_is_not_there(see, north, south, page):
    south.name = "FOREIGN-NAME"
    south.save()
    alert = see("low", warehouse=south)
    response = page(person("manager", {north: "manage"}), alert)
    assert response.status_code == 404
    assert "FOREIGN" not in response.content.decode()


@pytest.mark.parametrize("number", [0, 10**30])
def test_a_number_that_is_no_alert_is_not_there(mona, client, number):
    client.force_login(mona)
    assert client.get(f"/alerts/{number}/").status_code == 404


@pytest.mark.parametrize("managers", [1, 3, 50])
def test_the_page_costs_the_same_however_many_were_told(
    see, north, mona, page, client, django_assert_num_queries, managers
):
    for _ in range(managers - 1):
        person("manager", {north: "manage"})
    alert = see("low")
    page(mona, alert)
    with django_assert_num_queries(3):
        response = client.get(f"/alerts/{alert.pk}/")
    assert len(response.context["deliveries"]) == 2 * managers


def test_nobody_to_tell_is_said(see, page):
    alert = see("low")
    assert "Nobody: the warehouse has no manager" in page(person("admin"), alert).content.decode()
