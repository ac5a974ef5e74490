from accounts.services import set_right
from tests.factories import WarehouseFactory
from warehouses.models import Warehouse

LIST = "/warehouses/"


def codes(response):
    return [warehouse.code for warehouse in response.context["page"].rows]


def test_people_see_their_warehouses_alone(client, sign_in, north, south):
    sign_in("staff", {north: "view"})
    response = client.get(LIST)
    assert codes(response) == ["NORTH"]
    assert "SOUTH" not in response.content.decode()
    sign_in("admin")
    assert codes(client.get(LIST)) == ["NORTH", "SOUTH"]


def test_without_a_right_the_page_says_what_to_do(client, sign_in, north):
    sign_in("manager")
    assert "Ask an admin to give you a right in a warehouse." in client.get(LIST).content.decode()


def test_strangers_sign_in_first(client, north):
    assert client.get(LIST)["Location"] == "/sign-in/?next=/warehouses/"


def test_the_list_costs_the_same_with_many_and_pages_hold_all(client, sign_in, django_assert_num_queries):
    manager = sign_in("manager")
    for count in (1, 3, 50):
        while Warehouse.objects.count() < count:
            set_right(person=manager, warehouse=WarehouseFactory(), right="view")
        client.get(LIST)
        with django_assert_num_queries(2):
            first = client.get(LIST)
    second = client.get(LIST, {"after": first.context["page"].after})
    assert codes(first) + codes(second) == list(Warehouse.objects.values_list("code", flat=True))
