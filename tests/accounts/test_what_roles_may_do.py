"""Staff operate, managers manage, admins do everything: what each may do in a warehouse, in one table.

Everything is another's: the operation to undo, the count to post, the alert to acknowledge. 403 is said in words.
"""

import pytest
from django.urls import reverse

from tests.accounts.codes import prove
from tests.calls import BOLT
from tests.factories import person
from tests.worlds import two_worlds

# A role, and the right that is stored for the warehouse; admins need none. The lower of both counts.
WHO = {
    "nobody here": ("staff", None),
    "staff, view": ("staff", "view"),
    "staff, operate": ("staff", "operate"),
    "staff, manage": ("staff", "manage"),
    "manager, view": ("manager", "view"),
    "manager, operate": ("manager", "operate"),
    "manager, manage": ("manager", "manage"),
    "admin": ("admin", None),
}
LOOK = [404, 200, 200, 200, 200, 200, 200, 200]
OPERATE = [404, 403, 200, 200, 403, 200, 200, 200]
MANAGE = [404, 403, 403, 403, 403, 403, 200, 200]
# The role is asked first, so staff hear of it wherever the warehouse is.
MANAGERS_OF_IT = [403, 403, 403, 403, 403, 403, 200, 200]
MANAGERS = [403, 403, 403, 403, 200, 200, 200, 200]
ADMINS = [403, 403, 403, 403, 403, 403, 403, 200]


def here(world):
    return {"code": world.place.code}


def of_it(world):
    return {"warehouse": world.place.code}


def the_operation(world):
    return {"key": world.operation.pk}


def the_count(world):
    return {"pk": world.count.pk}


def the_alert(world):
    return {"pk": world.alert.pk}


def somebody(world):
    return {"pk": world.person.pk}


def nothing(_world):
    return {}


# The route, what stands in its address, in its query, whether it is a POST, and what each of WHO is answered: 200 for
# whoever is let through, whatever their form then says.
TABLE = [
    ("warehouses:warehouse-detail", here, nothing, False, LOOK),
    ("stock:operation-detail", the_operation, nothing, False, LOOK),
    ("stock:count-detail", the_count, nothing, False, LOOK),
    ("alerts:alert-detail", the_alert, nothing, False, LOOK),
    ("stock:transaction-csv", nothing, of_it, False, LOOK),
    ("reports:fast-movers", nothing, of_it, False, LOOK),
    ("reports:fast-movers-csv", nothing, of_it, False, LOOK),
    ("stock:receive", nothing, of_it, False, OPERATE),
    ("stock:ship", nothing, of_it, False, OPERATE),
    ("stock:count-post", the_count, nothing, False, OPERATE),
    ("alerts:alert-acknowledge", the_alert, nothing, True, OPERATE),
    ("stock:operation-reverse", the_operation, nothing, True, MANAGE),
    ("stock:count-cancel", the_count, nothing, True, MANAGE),
    ("stock:product-thresholds", lambda world: {**here(world), **BOLT}, nothing, False, MANAGERS_OF_IT),
    ("warehouses:location-create", of_it, nothing, False, MANAGERS_OF_IT),
    ("accounts:warehouse-people", here, nothing, False, MANAGERS_OF_IT),
    ("reports:audit-list", nothing, of_it, False, MANAGERS_OF_IT),
    ("reports:audit-csv", nothing, of_it, False, MANAGERS_OF_IT),
    ("catalog:product-create", nothing, nothing, False, MANAGERS),
    ("catalog:product-edit", lambda _world: BOLT, nothing, False, MANAGERS),
    ("warehouses:warehouse-create", nothing, nothing, False, ADMINS),
    ("warehouses:warehouse-edit", here, nothing, False, ADMINS),
    ("stock:warehouse-close", here, nothing, True, ADMINS),
    ("stock:reason-list", nothing, nothing, False, ADMINS),
    ("accounts:person-list", nothing, nothing, False, ADMINS),
    ("accounts:matrix", nothing, nothing, False, ADMINS),
    ("accounts:person-invite", nothing, nothing, False, ADMINS),
    ("accounts:person-role", somebody, nothing, True, ADMINS),
    ("accounts:right-set", lambda world: {**somebody(world), **here(world)}, nothing, True, ADMINS),
]
# What refuses a form that was let through, or leads on from it, has let it through.
THROUGH = {200, 302, 303, 409, 422}


@pytest.fixture
def world(db):
    return two_worlds().own


@pytest.mark.parametrize("who", WHO)
def test_who_may_do_what(client, world, who):
    role, right = WHO[who]
    asks = person(role, {world.place: right} if right else {})
    client.force_login(asks)
    prove(client)
    place, answered, silent = list(WHO).index(who), {}, []
    for route, address, query, posts, _expected in sorted(TABLE, key=lambda row: row[3]):
        url = reverse(route, kwargs=address(world))
        send = client.post if posts else client.get
        response = send(url, {}, query_params=query(world)) if posts else send(url, query(world))
        answered[route] = 200 if response.status_code in THROUGH else response.status_code
        if response.status_code == 403 and response.context["message"] == "":
            silent.append(route)
    assert answered == {route: expected[place] for route, *_, expected in TABLE}
    assert silent == []
