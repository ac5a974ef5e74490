"""A field that a form does not show changes nothing, whoever sends it."""

import pytest
from django.urls import reverse

from catalog.models import Product
from stock.models import Inventory, Operation, StockTransaction
from tests.desk import level
from tests.factories import CategoryFactory, ProductFactory, UnitFactory, WarehouseFactory, person
from tests.stock.clerk import Clerk
from warehouses.models import Location, Warehouse

pytestmark = pytest.mark.django_db

POWER = {
    "role": "admin",
    "status": "active",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "on",
    "email": "other@example.com",
    "password": "x",
    "groups": "1",
    "user_permissions": "1",
    "date_joined": "2020-01-01",
    "id": "1",
    "pk": "1",
}


def stored(row):
    return type(row).objects.filter(pk=row.pk).values().get()


def test_the_profile_changes_what_it_shows_and_nothing_else(client):
    somebody = person(rights={WarehouseFactory(): "view"})
    client.force_login(somebody)
    before = stored(somebody)
    answer = client.post("/profile/", {**POWER, "name": "New Name", "time_zone": "UTC", "home_warehouse": ""})
    assert answer.status_code == 302
    after = stored(somebody)
    assert {name for name in after if after[name] != before[name]} <= {"name", "time_zone", "home_warehouse_id"}
    assert after["name"] == "New Name"


@pytest.mark.parametrize("kind", ["receive", "ship", "adjust", "move"])
def test_a_booking_sets_no_balance_level_or_author(client, desk, kind):
    clerk = Clerk(client, desk)
    earlier = Operation.objects.get()
    line = {"quantity": "5", "balance": "999", "balance_after": "999", "type": "in", "inventory": "1", "id": "1"}
    extra = {"by": "1", "balance": "9", "balance_after": "9", "status": "done", "kind": "count", "digest": "x"}
    extra |= {"inventory": "1", "version": "99", "created": "2020-01-01", "reverses": str(earlier.pk)}
    answer = client.post(reverse(f"stock:{kind}"), {**clerk.data(kind, line), **extra})
    assert (answer.status_code, Operation.objects.count()) == (303, 2)
    operation = Operation.objects.get(pk=clerk.key)
    assert (operation.by, operation.kind, operation.reverses_id) == (clerk.person, kind, None)
    assert operation.created.year > 2020
    expected = {"receive": 105, "ship": 95, "adjust": 95, "move": 100}[kind]
    newest = StockTransaction.objects.order_by("-id").first()
    assert newest.balance_after == Inventory.objects.get().quantity == level(clerk.bolt, clerk.north) == expected


def test_a_product_changes_by_what_its_form_shows_alone(client):
    client.force_login(person("manager"))
    product = ProductFactory(sku="BOLT-M8", status="archived")
    page = client.get("/catalog/products/BOLT-M8/edit")
    before = stored(product)
    sent = {
        "sku": "BOLT-M8",
        "name": "New name",
        "unit": UnitFactory(code="pcs").pk,
        "seen": page.context["form"]["seen"].value(),
        "barcodes-TOTAL_FORMS": 0,
        "barcodes-INITIAL_FORMS": 0,
        "status": "active",
        "photo": "../../etc/passwd",
        "sku_key": "X",
        "created": "2020-01-01",
        "id": "77",
    }
    assert client.post("/catalog/products/BOLT-M8/edit", sent).status_code == 302
    after = stored(product)
    assert {name for name in after if after[name] != before[name]} == {"name", "search", "updated"}


def test_a_category_takes_its_name_alone(client):
    client.force_login(person("manager"))
    category, other = CategoryFactory(name="Old"), CategoryFactory(name="Other")
    answer = client.post(f"/catalog/categories/{category.pk}/edit", {"name": "New", "id": other.pk, "pk": other.pk})
    assert answer.status_code == 302
    assert (stored(category)["name"], stored(other)["name"]) == ("New", "Other")


def test_a_bin_stays_in_its_warehouse(client):
    own, alien = WarehouseFactory(code="OWN"), WarehouseFactory(code="ALIEN")
    client.force_login(person("manager", {own: "manage"}))
    sent = {"code": "B-01", "kind": "storage", "warehouse": alien.pk, "status": "inactive"}
    assert client.post("/warehouses/OWN/bins/new", sent).status_code == 302
    made = Location.objects.get(code="B-01")
    assert (made.warehouse, made.status) == (own, "active")
    assert Warehouse.objects.get(pk=alien.pk).locations.count() == 1
    assert not Product.objects.exists()
