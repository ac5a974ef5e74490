"""The list of alerts: the person's own warehouses, what is open first, a page at a time, at a fixed cost."""

import re
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from alerts.models import Alert
from alerts.services import acknowledge, snooze
from inventory_site.web.keyset import PAGE_SIZE
from tests.alerts.conftest import MONDAY
from tests.factories import ProductFactory, person

LIST = "/alerts/"


@pytest.fixture
def signed_in(client):
    """Sign a person in; the client."""

    def sign_in(who):
        client.force_login(who)
        return client

    return sign_in


def shown(response):
    return [alert.pk for alert in response.context["page"].rows]


def test_the_address_is_its_name():
    assert reverse("alerts:alert-list") == LIST


def test_open_alerts_stand_there_newest_first_and_the_other_states_behind_tabs(see, mona, signed_in):
    old, new, seen, gone = (see("low", product=product) for product in ProductFactory.create_batch(4))
    acknowledge(alert=seen, by=mona, at=MONDAY)
    see(None, product=gone.product)
    client = signed_in(mona)
    assert shown(client.get(LIST)) == [new.pk, old.pk]
    assert shown(client.get(LIST, {"state": "open"})) == [new.pk, old.pk]
    assert shown(client.get(LIST, {"state": "acknowledged"})) == [seen.pk]
    assert shown(client.get(LIST, {"state": "resolved"})) == [gone.pk]
    assert shown(client.get(LIST, {"state": "all"})) == [gone.pk, seen.pk, new.pk, old.pk]
    assert shown(client.get(LIST, {"state": "nonsense\x00"})) == [new.pk, old.pk]


def test_a_row_says_what_where_how_many_and_since_when(see, mona, signed_in):
    alert = see("low")
    page = signed_in(mona).get(LIST).content.decode()
    assert "Low: BOLT-M8 at NORTH, 19 left" in page
    assert "Hexagon bolt M8" in page
    assert "since 23 Nov 2026, 08:00" in page
    assert f'href="/alerts/{alert.pk}/"' in page


@pytest.mark.parametrize(
    ("type_", "severity", "word"),
    [
        ("low", 2, "Low"),
        ("out", 3, "Out"),
        ("overstock", 1, "Over"),
        ("expiring", 1, "Notice"),
        ("overdue", 2, "Warning"),
        ("expired", 3, "Critical"),
    ],
)
def test_the_mark_names_the_state_of_a_level_or_how_severe_it_is(type_, severity, word):
    mark = render_to_string("alerts/mark.html", {"alert": Alert(type=type_, severity=severity)})
    assert re.findall(r"</svg>([^<]+)</span>", mark) == [word]


def test_a_warehouse_may_be_chosen_and_the_choice_is_a_chip_that_takes_it_away(see, north, south, signed_in):
    here, there = see("low"), see("low", warehouse=south)
    client = signed_in(person("manager", {north: "view", south: "manage"}))
    assert shown(client.get(LIST)) == [there.pk, here.pk]
    response = client.get(LIST, {"warehouse": "south", "state": "all"})
    assert shown(response) == [there.pk]
    assert response.context["chips"] == [{"label": "South Yard", "href": "?state=all"}]


def test_nothing_of_a_foreign_warehouse_is_shown(see, north, south, signed_in):
    south.name, product = "FOREIGN-NAME", ProductFactory(sku="FOREIGN-SKU", name="FOREIGN-PRODUCT")
    south.code = "FOREIGN-CODE"
    south.save()
    see("low", warehouse=south, product=product)
    mine = see("low")
    client = signed_in(person("manager", {north: "manage"}))
    for address in (LIST, f"{LIST}?state=all", f"{LIST}?after=999999", f"{LIST}?warehouse=NORTH"):
        response = client.get(address)
        assert shown(response) == [mine.pk]
        assert "FOREIGN" not in response.content.decode()
    response = client.get(LIST, {"warehouse": "FOREIGN-CODE"})
    assert response.status_code == 404
    assert "FOREIGN" not in response.content.decode()


def test_every_alert_comes_once_over_the_pages(see, mona, signed_in):
    alerts = [see("low", product=product).pk for product in ProductFactory.create_batch(2 * PAGE_SIZE + 1)]
    client, after, found, pages = signed_in(mona), "", [], 0
    while pages == 0 or after:
        response = client.get(LIST, {"after": after})
        found += shown(response)
        after, pages = response.context["page"].after, pages + 1
    assert found == alerts[::-1]
    assert pages == 3


@pytest.mark.parametrize("mark", ["x", "1.5", "9" * 5000])
def test_a_bad_mark_is_refused(mona, signed_in, mark):
    assert signed_in(mona).get(LIST, {"after": mark}).status_code == 400


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_for_every_number_of_rows(
    see, north, south, signed_in, django_assert_num_queries, rows
):
    client = signed_in(person("manager", {north: "manage", south: "manage"}))
    for product in ProductFactory.create_batch(rows):
        acknowledge(alert=see("low", product=product), by=person(), at=MONDAY)
    client.get(LIST)
    with django_assert_num_queries(3):
        response = client.get(LIST, {"state": "all"})
    assert len(shown(response)) == min(rows, PAGE_SIZE)


def test_the_button_is_there_for_those_who_may_operate(see, north, south, signed_in):
    here, there = see("low"), see("low", warehouse=south)
    page = signed_in(person("staff", {north: "operate", south: "view"})).get(LIST).content.decode()
    assert f'action="/alerts/{here.pk}/acknowledge"' in page
    assert f"/alerts/{there.pk}/acknowledge" not in page


def test_a_row_says_who_acknowledged_and_when_it_ended(see, mona, signed_in):
    acknowledge(alert=see("low"), by=mona, at=MONDAY + timedelta(minutes=5))
    see("low", product=ProductFactory())
    see(None, product=Alert.objects.latest("id").product, at=MONDAY + timedelta(hours=2))
    page = signed_in(mona).get(LIST, {"state": "all"}).content.decode()
    assert "Acknowledged by Mona, 23 Nov 2026, 08:05" in page
    assert "Resolved 23 Nov 2026, 10:00" in page


def test_an_empty_list_says_what_to_do_next(mona, signed_in):
    assert "Nothing needs attention" in signed_in(mona).get(LIST).content.decode()
    assert "No alerts here" in signed_in(mona).get(LIST, {"state": "resolved"}).content.decode()


def test_a_stranger_is_sent_to_sign_in(client, db):
    response = client.get(LIST)
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/alerts/")


def test_what_rests_stands_behind_its_own_tab(see, mona, signed_in):
    alert = snooze(alert=see("low"), by=mona, until=MONDAY + timedelta(hours=1), at=MONDAY)
    client = signed_in(mona)
    assert shown(client.get(LIST)) == []
    response = client.get(LIST, {"state": "snoozed"})
    assert shown(response) == [alert.pk]
    assert "Rests until 23 Nov 2026, 09:00" in response.content.decode()
    assert [tab["label"] for tab in response.context["tabs"]] == ["Open", "Acknowledged", "Snoozed", "Resolved", "All"]


def test_kind_severity_and_mine_narrow_it_each_with_a_chip(see, mona, signed_in):
    low, out, over = see("low"), see("out", product=ProductFactory()), see("overstock", product=ProductFactory())
    Alert.objects.filter(pk=out.pk).update(assignee=mona)
    client = signed_in(mona)
    for asked, alert, chip in (
        ({"kind": "low"}, low, "Low"),
        ({"severity": "3"}, out, "Critical"),
        ({"mine": "1"}, out, "Mine"),
        ({"kind": "overstock", "severity": "1"}, over, "Overstock"),
    ):
        response = client.get(LIST, asked)
        assert shown(response) == [alert.pk]
        assert response.context["chips"][0]["label"] == chip
    assert shown(client.get(LIST, {"kind": "low", "mine": "1"})) == []
    assert shown(client.get(LIST, {"kind": "x", "severity": "9", "mine": "\x00"})) == [over.pk, out.pk, low.pk]
