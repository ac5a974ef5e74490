"""The list of people for admins: search, filters, pages, and its cost."""

import pytest

from accounts.models import User
from tests.factories import UserFactory, WarehouseFactory, person

PAGE = "/people/"


@pytest.fixture
def crowd(admin_person):
    """Ada the admin, Max the manager and Sam of staff in NORTH, Sue who is suspended, Pia who waits."""
    north = WarehouseFactory(code="NORTH")
    person("manager", {north: "manage"}, name="Max Berg", email="max@example.com")
    person("staff", {north: "view"}, name="Sam Porter", email="sam@example.com")
    person("staff", name="Sue Gone", email="sue@example.com", status="suspended")
    person("staff", name="Pia Waits", email="pia@example.com", status="pending")
    return north


def listed(client, **query):
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return [each.email.partition("@")[0] for each in response.context["page"].rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["admin", "max", "pia", "sam", "sue"]),
        ({"q": "port"}, ["sam"]),
        ({"q": "MAX@"}, ["max"]),
        ({"q": "sam berg"}, []),
        ({"q": "%"}, []),
        ({"q": "\u202e\x07"}, ["admin", "max", "pia", "sam", "sue"]),
        ({"role": "manager"}, ["max"]),
        ({"status": "suspended"}, ["sue"]),
        ({"status": "pending"}, ["pia"]),
        ({"warehouse": "NORTH"}, ["admin", "max", "sam"]),
        ({"warehouse": "NORTH", "role": "staff"}, ["sam"]),
        ({"role": "owner"}, ["admin", "max", "pia", "sam", "sue"]),
    ],
)
def test_people_are_found(client, crowd, query, found):
    assert listed(client, **query) == found


def test_the_filters_in_force_are_chips(client, crowd):
    response = client.get(PAGE, {"role": "staff", "warehouse": "NORTH", "q": "sam"})
    assert [chip["label"] for chip in response.context["chips"]] == [
        "Role: Staff",
        f"Has a right in: NORTH · {crowd.name}",
    ]


def test_who_waits_is_named_on_top(client, crowd):
    assert "1 person has registered and waits for you." in client.get(PAGE).content.decode()
    User.objects.filter(status="pending").update(status="active")
    assert "waits for you" not in client.get(PAGE).content.decode()


def test_pages_go_on_behind_the_last(client, admin_person):
    UserFactory.create_batch(30)
    first = client.get(PAGE).context["page"]
    rest = client.get(PAGE, {"after": first.after}).context["page"]
    assert (len(first.rows), len(rest.rows), rest.after) == (25, 6, "")
    assert {each.pk for each in first.rows} & {each.pk for each in rest.rows} == set()


@pytest.mark.parametrize("more", [0, 2, 49])
def test_it_costs_the_same_with_many(client, admin_person, more, django_assert_num_queries):
    UserFactory.create_batch(more)
    client.get(PAGE)
    with django_assert_num_queries(4):
        assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("role", ["staff", "manager"])
@pytest.mark.parametrize("page", [PAGE, "/people/rights/", "/people/invite/"])
def test_it_is_for_admins(client, db, role, page):
    client.force_login(person(role))
    assert client.get(page).status_code == 403
