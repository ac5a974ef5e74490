"""The filters of the list: each by itself and together, with chips, over the pages, and kept by the tabs."""

from urllib.parse import parse_qs

import pytest

from alerts.models import Alert
from alerts.services import acknowledge
from alerts.services.system import report_backup
from inventory_site.web.keyset import PAGE_SIZE
from tests.alerts.conftest import MONDAY
from tests.factories import ProductFactory, person

LIST = "/alerts/"


@pytest.fixture
def shown(client, mona):
    def ask(who=mona, **query):
        client.force_login(who)
        return [alert.pk for alert in client.get(LIST, query).context["page"].rows]

    return ask


@pytest.fixture
def three(see):
    """A low level, one that is out, and one over, of products of their own."""
    return {kind: see(kind, product=ProductFactory()).pk for kind in ("low", "out", "overstock")}


@pytest.mark.parametrize("kind", ["low", "out", "overstock"])
def test_a_kind_leaves_that_kind(three, shown, kind):
    assert shown(kind=kind) == [three[kind]]


@pytest.mark.parametrize(("severity", "kind"), [("1", "overstock"), ("2", "low"), ("3", "out")])
def test_a_severity_leaves_that_severity(three, shown, severity, kind):
    assert shown(severity=severity) == [three[kind]]


def test_system_is_one_kind_of_several_types_for_admins(three, shown, mona):
    report_backup(at=MONDAY, reason="disk full")
    backup = Alert.objects.get(type="backup").pk
    assert shown(person("admin"), kind="system") == [backup]
    assert shown(kind="system") == []


def test_mine_are_those_given_to_the_reader(three, shown, mona):
    acknowledge(alert=Alert.objects.get(pk=three["low"]), by=mona, at=MONDAY)
    assert shown(mine="1", state="all") == [three["low"]]
    assert shown(person("admin"), mine="1", state="all") == []


def test_together_they_leave_what_all_of_them_leave(three, shown, see, south):
    from accounts.services import set_right

    who = person("manager")
    for place in (south, Alert.objects.get(pk=three["low"]).warehouse):
        set_right(person=who, warehouse=place, right="manage")
    there = see("low", warehouse=south).pk
    assert shown(who, kind="low") == [there, three["low"]]
    assert shown(who, kind="low", warehouse="SOUTH") == [there]
    assert shown(who, kind="low", severity="3") == []
    assert shown(who, kind="low", severity="2", warehouse="SOUTH", state="all") == [there]


@pytest.mark.parametrize("value", ["x", "0", "4", "-1", "2.0", "\x00", "' OR 1=1 --", "9" * 5000, "low,out"])
@pytest.mark.parametrize("name", ["kind", "severity", "mine"])
def test_what_is_no_choice_narrows_nothing_and_makes_no_chip(three, client, mona, name, value):
    client.force_login(mona)
    response = client.get(LIST, {name: value})
    assert [alert.pk for alert in response.context["page"].rows] == sorted(three.values(), reverse=True)
    assert response.context["chips"] == []


def test_each_chip_takes_its_own_filter_away_and_one_link_takes_all(three, client, mona):
    client.force_login(mona)
    response = client.get(LIST, {"state": "all", "kind": "low", "severity": "2", "mine": "1", "after": "999"})
    chips = {chip["label"]: parse_qs(chip["href"][1:]) for chip in response.context["chips"]}
    asked = {"state": ["all"], "kind": ["low"], "severity": ["2"], "mine": ["1"]}
    assert chips == {
        label: {each: value for each, value in asked.items() if each != name}
        for label, name in (("Low", "kind"), ("Warning", "severity"), ("Mine", "mine"))
    }
    assert 'href="?state=all"' in response.content.decode()


def test_the_tabs_keep_the_filters_and_the_form_keeps_the_tab(three, client, mona):
    client.force_login(mona)
    response = client.get(LIST, {"state": "all", "kind": "low"})
    tabs = [parse_qs(tab["href"][1:]) for tab in response.context["tabs"]]
    assert [tab["kind"] for tab in tabs] == [["low"]] * 5
    assert [tab["state"][0] for tab in tabs] == ["open", "acknowledged", "snoozed", "resolved", "all"]
    page = response.content.decode()
    assert '<input type="hidden" name="state" value="all">' in page
    assert '<option value="low" selected>' in page


def test_the_pages_stay_within_the_filters(see, shown, mona, client):
    for _number in range(PAGE_SIZE + 2):
        see("low", product=ProductFactory())
        see("overstock", product=ProductFactory())
    client.force_login(mona)
    first = client.get(LIST, {"kind": "low"}).context["page"]
    second = client.get(LIST, {"kind": "low", "after": first.after}).context["page"]
    assert (len(first.rows), len(second.rows), second.after) == (PAGE_SIZE, 2, "")
    assert {alert.type for alert in (*first.rows, *second.rows)} == {"low"}


def test_with_filters_an_empty_list_leads_back_to_all(three, client, mona):
    client.force_login(mona)
    page = client.get(LIST, {"kind": "expired"}).content.decode()
    assert "No alerts here" in page
    assert "Nothing needs attention" not in page


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_filters_cost_no_query(see, north, south, client, rows, django_assert_num_queries):
    client.force_login(person("manager", {north: "manage", south: "manage"}))
    for product in ProductFactory.create_batch(rows):
        see("low", product=product)
    client.get(LIST)
    with django_assert_num_queries(3):
        response = client.get(LIST, {"kind": "low", "severity": "2", "state": "all"})
    assert len(response.context["page"].rows) == min(rows, PAGE_SIZE)


def test_the_form_works_as_it_is_and_better_with_htmx(client, mona):
    client.force_login(mona)
    page = client.get(LIST).content.decode()
    assert '<form class="card form" action="/alerts/" hx-get="/alerts/" hx-trigger="change, submit"' in page
    assert 'id="results"' in page
