import pytest

from tests.factories import LocationFactory

PAGE = "/warehouses/NORTH/"


def codes(response):
    return [location.code for location in response.context["page"].rows]


@pytest.mark.parametrize(
    ("role", "right", "status"),
    [
        ("staff", None, 404),
        ("staff", "view", 200),
        ("manager", None, 404),
        ("manager", "view", 200),
        ("admin", None, 200),
    ],
)
def test_who_may(client, sign_in, north, south, role, right, status):
    sign_in(role, {north: right, south: "manage"} if right else {south: "manage"})
    assert client.get(PAGE).status_code == status
    assert client.get("/warehouses/north/").status_code == status


@pytest.mark.parametrize("code", ["NOWHERE", "NORTH%00", "%F0%9F%94%A9", "new"])
def test_an_unknown_warehouse_is_not_found(client, sign_in, north, code):
    sign_in("admin")
    assert client.get(f"/warehouses/{code}/").status_code == 404


def test_only_whoever_manages_is_offered_to(client, sign_in, north):
    for role, right, offered in (("staff", "operate", False), ("manager", "view", False), ("manager", "manage", True)):
        sign_in(role, {north: right})
        assert (b"/warehouses/NORTH/bins/new" in client.get(PAGE).content) is offered


def test_bins_are_sought_by_the_beginning_of_their_code(client, sign_in, north, south):
    sign_in("staff", {north: "view"})
    for code in ("A-01", "A-02", "B-01", "a_1"):
        LocationFactory(warehouse=north, code=code)
    LocationFactory(warehouse=south, code="A-SOUTH")
    assert codes(client.get(PAGE, {"q": "a-"})) == ["A-01", "A-02"]
    assert codes(client.get(PAGE, {"q": " a_\x00"})) == ["a_1"]
    assert codes(client.get(PAGE, {"q": "%"})) == []
    assert "No bin begins with “&lt;b&gt;”" in client.get(PAGE, {"q": "<b>"}).content.decode()


def test_the_page_costs_the_same_with_many_bins_and_pages_hold_all(
    client, sign_in, north, south, django_assert_num_queries
):
    sign_in("manager", {north: "manage"})
    LocationFactory(warehouse=south, code="ZZZ")
    for count in (1, 3, 50):
        LocationFactory.create_batch(count - north.locations.count(), warehouse=north)
        client.get(PAGE)
        with django_assert_num_queries(3):
            first = client.get(PAGE)
    second = client.get(PAGE, {"after": first.context["page"].after})
    assert codes(first) + codes(second) == list(north.locations.values_list("code", flat=True))
