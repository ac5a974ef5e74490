"""The boards of transfers: drafts, on the way, done; by warehouse and direction; only what the person may see."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stock.models import Transfer
from tests.factories import WarehouseFactory, person
from tests.stock.shelves import words

ADDRESS = "/transfers/"


@pytest.fixture
def far(db):
    return WarehouseFactory(code="FAR", name="Marker of FAR")


@pytest.fixture
def boards(desk, north, south, far, bolt):
    """A draft, one on the way and one closed from NORTH to SOUTH, one on its way back, and one to FAR."""
    for place in (north, south):
        desk.receive(place, bolt, 100)
    made = {
        "draft": desk.draft(north, south, bolt, 1),
        "sent": desk.send(north, south, bolt, 2).transfer,
        "back": desk.send(south, north, bolt, 3).transfer,
        "closed": desk.send(north, south, bolt, 4).transfer,
        "cancelled": desk.draft(north, south, bolt, 5),
        "far": desk.send(north, far, bolt, 6).transfer,
    }
    desk.arrive(made["closed"])
    desk.cancel(made["cancelled"])
    return made


def shown(client, boards, **asked):
    names = {transfer.pk: name for name, transfer in boards.items()}
    return [names[row.transfer.pk] for row in client.get(ADDRESS, asked).context["listed"]]


def test_the_address_is_its_name():
    assert reverse("stock:transfer-list") == ADDRESS


def test_each_board_shows_its_states_the_newest_first(client, boards, north, south):
    client.force_login(person(rights={north: "view", south: "view"}))
    assert {state: shown(client, boards, state=state) for state in ("", "draft", "sent", "done", "nonsense")} == {
        "": ["far", "back", "sent"],
        "draft": ["draft"],
        "sent": ["far", "back", "sent"],
        "done": ["cancelled", "closed"],
        "nonsense": ["far", "back", "sent"],
    }
    text = words(client.get(ADDRESS))
    assert ("Drafts (1)" in text, "On the way (3)" in text) == (True, True)


def test_by_warehouse_and_direction(client, boards, north, south):
    client.force_login(person(rights={north: "view", south: "view"}))
    assert shown(client, boards, warehouse="south") == ["back", "sent"]
    assert shown(client, boards, warehouse="SOUTH", direction="in") == ["sent"]
    assert shown(client, boards, warehouse="SOUTH", direction="out") == ["back"]
    assert shown(client, boards, direction="in") == ["back", "sent"]
    assert client.get(ADDRESS, {"warehouse": "FAR"}).status_code == 404


def test_only_what_leaves_or_reaches_a_warehouse_of_theirs(client, boards, south):
    client.force_login(person(rights={south: "view"}))
    assert shown(client, boards) == ["back", "sent"]
    client.force_login(person())
    assert shown(client, boards) == []


def test_the_other_end_is_named_to_who_may_look_at_it(client, boards, north):
    client.force_login(person(rights={north: "view"}))
    response = client.get(ADDRESS)
    assert "Another warehouse" in words(response)
    assert "Marker of FAR" not in response.content.decode()


def test_what_takes_longer_than_the_destination_allows_is_overdue(client, boards, north, south):
    south.transit_limit_days = 3
    south.save()
    Transfer.objects.filter(pk=boards["sent"].pk).update(sent=timezone.now() - timedelta(days=5))
    Transfer.objects.filter(pk=boards["back"].pk).update(sent=timezone.now() - timedelta(days=6))
    client.force_login(person(rights={north: "view", south: "view"}))
    rows = client.get(ADDRESS).context["listed"]
    assert {row.transfer.pk: row.overdue for row in rows} == {
        boards["far"].pk: False,
        boards["back"].pk: False,
        boards["sent"].pk: True,
    }
    assert "Overdue" in words(client.get(ADDRESS))


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_a_page_costs_the_same_whatever_it_shows(client, desk, bolt, north, south, rows, django_assert_num_queries):
    desk.receive(north, bolt, 100)
    for _ in range(rows):
        desk.send(north, south, bolt, 1)
    client.force_login(person(rights={north: "view", south: "view"}))
    with django_assert_num_queries(5):
        assert client.get(ADDRESS).status_code == 200


def test_the_pages_follow_one_another(client, desk, bolt, north, south):
    drafts = [desk.draft(north, south, bolt, 1).pk for _ in range(27)]
    client.force_login(person(rights={north: "view"}))
    first = client.get(ADDRESS, {"state": "draft"}).context
    second = client.get(ADDRESS, {"state": "draft", "after": first["page"].after}).context
    pages = [[row.transfer.pk for row in page["listed"]] for page in (first, second)]
    assert pages == [drafts[:1:-1], drafts[1::-1]]
    assert second["page"].after == ""


def test_today_says_what_is_due(client, boards, south, north):
    client.force_login(person(rights={north: "operate"}, home_warehouse=north))
    assert "1 transfer on the way here" in words(client.get("/"))
    assert "1 draft to send" in words(client.get("/"))
    Transfer.objects.filter(pk=boards["back"].pk).update(sent=timezone.now() - timedelta(days=9))
    assert "1 overdue" in words(client.get("/"))
    client.force_login(person(rights={south: "operate"}, home_warehouse=south))
    text = words(client.get("/"))
    assert ("1 transfer on the way here" in text, "to send" in text) == (True, False)
