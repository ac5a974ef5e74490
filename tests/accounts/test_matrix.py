"""The matrix of people and warehouses: what it shows, and what it costs at 500 people and 10 warehouses."""

import pytest

from accounts.models import User, WarehouseUserPermission
from accounts.queries import permission_of
from tests.factories import UserFactory, WarehouseFactory, person

PAGE = "/people/rights/"


def test_it_shows_what_is_stored(client, admin_person):
    north, south = WarehouseFactory(code="NORTH"), WarehouseFactory(code="SOUTH")
    WarehouseFactory(code="OLD", status="closed")
    sam = person("staff", {north: "manage"}, email="sam@example.com")
    context = client.get(PAGE).context
    assert context["warehouses"] == [north, south]
    shown = {row.person: [cell.stored for cell in row.cells] for row in context["rows"]}
    assert shown == {admin_person: [None, None], sam: ["manage", None]}
    assert client.get(PAGE, {"q": "sam"}).context["rows"][0].person == sam


def test_many_warehouses_stand_on_pages_of_their_own(client, admin_person):
    codes = [f"W-{number:02}" for number in range(15)]
    for code in codes:
        WarehouseFactory(code=code)
    first = client.get(PAGE).context
    rest = client.get(PAGE, {"beyond": first["beyond"]}).context
    assert [place.code for place in [*first["warehouses"], *rest["warehouses"]]] == codes
    assert rest["beyond"] == ""


def test_former_employees_are_not_in_it(client, admin_person):
    from django.utils import timezone

    person(anonymised=timezone.now(), status="suspended")
    assert [row.person for row in client.get(PAGE).context["rows"]] == [admin_person]


@pytest.fixture
def company(admin_person):
    """500 people and 10 warehouses, a right in each second pair."""
    places = [WarehouseFactory() for _ in range(10)]
    people = User.objects.bulk_create(
        [User(email=f"p{number:03}@example.com", name=f"Person {number}") for number in range(499)]
    )
    permission = permission_of("operate")
    WarehouseUserPermission.objects.bulk_create(
        WarehouseUserPermission(user=each, content_object=place, permission=permission)
        for number, each in enumerate(people)
        for place in places[number % 2 :: 2]
    )
    return places


def test_all_of_a_company_is_reached_and_a_page_takes_the_same_queries(client, company, django_assert_num_queries):
    seen, after = [], ""
    while True:
        with django_assert_num_queries(5):
            context = client.get(PAGE, {"after": after}).context
        seen += [row.person.pk for row in context["rows"]]
        after = context["page"].after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 500


@pytest.mark.parametrize("more", [0, 2, 49])
def test_it_costs_the_same_with_many(client, admin_person, more, django_assert_num_queries):
    WarehouseFactory()
    UserFactory.create_batch(more)
    client.get(PAGE)
    with django_assert_num_queries(5):
        assert client.get(PAGE).status_code == 200
