"""The page of one alert: what happened, since when, and, for managers, who was told."""

from datetime import timedelta

import pytest
from django.urls import reverse

from alerts.delivery import relay
from alerts.models import Delivery
from alerts.queries import unread
from alerts.services import acknowledge, assign, comment, resolve, snooze
from tests.alerts.conftest import MONDAY
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
        ("Max", "app", "sent"),
        ("Max", "email", "failed"),
        ("Mona", "app", "sent"),
        ("Mona", "email", "sent"),
    ]
    assert "550 No such mailbox" in response.content.decode()


def test_others_do_not_see_who_was_told(see, north, mona, page):
    alert = see("low")
    for who in (person("staff", {north: "operate"}), person("manager", {north: "view"})):
        response = page(who, alert)
        assert response.status_code == 200
        assert response.context["deliveries"] is None
        assert [entry.told for entry in response.context["history"]] == [[], []]
        assert "1 person" in response.content.decode()


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
    # The person, the alert, that it is read, who was told, its history, to whom it can be given.
    with django_assert_num_queries(6):
        response = client.get(f"/alerts/{alert.pk}/")
    assert len(response.context["deliveries"]) == 2 * managers


def test_nobody_to_tell_is_said(see, page):
    alert = see("low")
    assert "Nobody was told: the warehouse has no manager" in page(person("admin"), alert).content.decode()


def test_the_history_stands_there_the_newest_first(see, mona, page):
    alert = see("low")
    acknowledge(alert=alert, by=mona, at=MONDAY + timedelta(minutes=1))
    assign(alert=alert, to=mona, by=mona, at=MONDAY + timedelta(minutes=2))
    snooze(alert=alert, by=mona, until=MONDAY + timedelta(hours=2), at=MONDAY + timedelta(minutes=3))
    comment(alert=alert, text="Lorry <b>is</b> late.", by=mona, at=MONDAY + timedelta(minutes=4))
    resolve(alert=alert, why="Arrived.", by=mona, at=MONDAY + timedelta(minutes=5))
    response = page(mona, alert)
    assert [entry.event.kind for entry in response.context["history"]] == [
        *("resolved", "commented", "snoozed", "acknowledged", "told", "opened")
    ]
    words = response.content.decode()
    for said in ("Lorry &lt;b&gt;is&lt;/b&gt; late.", "Arrived.", "until 23 Nov 2026, 10:00"):
        assert said in words


def test_opening_it_makes_it_read_for_who_opens_it_alone(see, north, mona, page):
    max_ = person("manager", {north: "manage"})
    alert = see("low")
    assert (unread(mona), unread(max_)) == (1, 1)
    page(mona, alert)
    assert (unread(mona), unread(max_)) == (0, 1)


def test_who_may_only_look_finds_no_button(see, north, page):
    alert = see("low")
    words = page(person("staff", {north: "view"}), alert).content.decode()
    assert "<form" not in words.split('id="page"')[1].split("</main>")[0]


def test_what_helps_is_loaded_and_stands_behind_a_link(see, mona, page):
    alert = see("low")
    words = page(mona, alert).content.decode()
    assert f'hx-get="/remedies/{alert.pk}/"' in words
    assert f'href="/remedies/{alert.pk}/"' in words
