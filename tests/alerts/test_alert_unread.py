"""The figure at Alerts: how many open incidents a person has not opened yet."""

from datetime import timedelta

import pytest

from accounts.services import set_right
from alerts.queries import unread
from alerts.services import acknowledge, snooze, wake
from tests.alerts.conftest import MONDAY
from tests.factories import ProductFactory, person

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
ADDRESS = "/alerts/unread/"


@pytest.fixture
def ask(client):
    def get(who, **headers):
        client.force_login(who)
        return client.get(ADDRESS, headers={**HTMX, **headers})

    return get


def test_an_incident_told_twice_counts_once(see, mona):
    see("low")
    see("out", at=MONDAY + timedelta(minutes=1))
    see("low", product=ProductFactory())
    assert unread(mona) == 2


def test_what_is_taken_rests_or_is_over_does_not_count_until_it_wakes(see, mona):
    first, second, third = (see("low", product=product) for product in ProductFactory.create_batch(3))
    acknowledge(alert=first, by=mona, at=MONDAY)
    snooze(alert=second, by=mona, until=MONDAY + timedelta(hours=1), at=MONDAY)
    see(None, product=third.product)
    assert unread(mona) == 0
    wake(at=MONDAY + timedelta(hours=1))
    assert unread(mona) == 1


def test_what_the_person_may_no_longer_see_does_not_count(see, north, mona):
    see("low")
    set_right(person=mona, warehouse=north, right=None)
    assert unread(mona) == 0


def test_what_others_were_told_does_not_count(see, north, mona):
    see("low")
    assert unread(person("staff", {north: "operate"})) == 0


def test_both_navigations_get_the_figure(see, mona, ask):
    see("low")
    words = ask(mona).content.decode()
    for place in ("unread-tab", "unread-side"):
        assert f'id="{place}" hx-swap-oob="true"><span aria-hidden="true">1</span>' in words


def test_while_it_is_the_same_the_answer_is_304_and_empty(see, mona, ask):
    see("low")
    mark = ask(mona)["ETag"]
    again = ask(mona, **{"If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
    see("low", product=ProductFactory())
    assert ask(mona, **{"If-None-Match": mark}).status_code == 200


def test_the_mark_of_another_person_does_not_hold(see, north, mona, ask):
    max_ = person("manager", {north: "manage"})
    see("low")
    assert ask(max_, **{"If-None-Match": ask(mona)["ETag"]}).status_code == 200


def test_without_scripts_the_address_leads_to_the_list(mona, client):
    client.force_login(mona)
    assert client.get(ADDRESS)["Location"] == "/alerts/"


@pytest.mark.parametrize("alerts", [1, 3, 50])
def test_it_costs_the_same_for_every_number_of_alerts(see, mona, ask, client, alerts, django_assert_num_queries):
    for product in ProductFactory.create_batch(alerts):
        see("low", product=product)
    ask(mona)
    # The person with their rights, and the figure.
    with django_assert_num_queries(2):
        client.get(ADDRESS, headers=HTMX)


def test_no_page_asks_for_it_by_itself(see, mona, client):
    see("low")
    client.force_login(mona)
    words = client.get("/alerts/").content.decode()
    assert 'hx-get="/alerts/unread/" hx-trigger="load, unread"' in words
    assert '<span class="unread" id="unread-tab"></span>' in words
