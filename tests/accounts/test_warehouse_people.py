"""Who can see a warehouse, and why: the same policy as everywhere, told from the warehouse's side."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.queries import access_of, in_force, people_with
from tests.factories import UserFactory, WarehouseFactory, person
from warehouses.models import RIGHTS, Warehouse

ROLES, STATUSES = User.Role.values, User.Status.values


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH")


@pytest.mark.parametrize("stored", [None, *RIGHTS])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("role", ROLES)
def test_the_right_in_force_is_what_the_policy_grants(north, role, status, stored):
    somebody = person(role, {north: stored} if stored else {}, status=status)
    [[access]] = access_of([somebody], [north])
    for right in RIGHTS:
        may = access.in_force is not None and RIGHTS.index(access.in_force) >= RIGHTS.index(right)
        assert Warehouse.objects.for_user(somebody, right).filter(pk=north.pk).exists() == may
        assert people_with(right, north).filter(pk=somebody.pk).exists() == may
    assert access.stored == stored
    assert in_force(role, status, stored) == access.in_force


@pytest.mark.parametrize(
    ("role", "status", "stored", "may", "why"),
    [
        ("admin", "active", None, "Manage", "Admins may do everything everywhere"),
        ("staff", "active", "view", "View", "The right is stored for this warehouse"),
        (
            "staff",
            "active",
            "manage",
            "Operate",
            "The right stored is Manage, but the role Staff allows less",
        ),
        ("manager", "active", "manage", "Manage", "The right is stored for this warehouse"),
        ("manager", "suspended", "manage", "Nothing", "Suspended: nothing until that changes"),
        ("staff", "invited", "view", "Nothing", "Invited: nothing until that changes"),
        ("staff", "active", None, "Nothing", "No right is stored"),
    ],
)
def test_the_reason_stands_in_words(north, role, status, stored, may, why):
    somebody = person(role, {north: stored} if stored else {}, status=status)
    [[access]] = access_of([somebody], [north])
    assert (access.may, access.why) == (may, why)


def page(place):
    return reverse("accounts:warehouse-people", args=[place.code])


def test_those_who_have_to_do_with_it_are_listed(client, north):
    south = WarehouseFactory(code="SOUTH")
    mona = person("manager", {north: "manage"}, name="Mona")
    ada = person("admin", name="Ada")
    sue = person("staff", {north: "view"}, status="suspended", name="Sue")
    person("staff", {south: "view"}, name="Elsewhere")
    client.force_login(mona)
    response = client.get(page(north))
    assert [access.person for access in response.context["listed"]] == [mona, ada, sue]
    text = response.content.decode()
    assert "Elsewhere" not in text
    assert mona.email not in text
    assert client.get("/warehouses/NORTH/").content.decode().count(page(north)) == 1


@pytest.mark.parametrize(
    ("role", "rights", "status"), [("manager", "view", 403), ("manager", None, 404), ("staff", "manage", 403)]
)
def test_it_is_for_those_who_manage_it(client, north, role, rights, status):
    client.force_login(person(role, {north: rights} if rights else {}))
    assert client.get(page(north)).status_code == status
    assert page(north) not in client.get("/warehouses/NORTH/").content.decode()


@pytest.mark.parametrize("more", [0, 2, 49])
def test_it_costs_the_same_with_many(client, north, more, django_assert_num_queries):
    client.force_login(person("manager", {north: "manage"}))
    for each in UserFactory.create_batch(more):
        from accounts.services import set_right

        set_right(person=each, warehouse=north, right="view")
    client.get(page(north))
    with django_assert_num_queries(4):
        assert client.get(page(north)).status_code == 200
