from decimal import Decimal

import pytest
from auditlog.models import LogEntry

from catalog.models import Product
from catalog.queries import has_history
from tests.desk import Desk
from tests.factories import BarcodeFactory, LotFactory, ProductFactory, UnitFactory, WarehouseFactory, person

EDIT = "/catalog/products/BOLT-M8/edit"
MEANWHILE = "Somebody else saved this product while you had it open, so your changes are not saved. Open it again."


@pytest.fixture
def bolt(db):
    return ProductFactory(sku="BOLT-M8", name="Hex bolt", low_threshold=Decimal(20))


def seen(product):
    product.refresh_from_db()
    return product.updated.isoformat()


def test_the_form_opens_with_what_is_stored(client, manager, bolt):
    BarcodeFactory(product=bolt, code="CASE", pack_quantity=12)
    form = client.get("/catalog/products/bolt-m8/edit").context["form"]
    assert (form["name"].value(), form["low_threshold"].value(), form["seen"].value()) == ("Hex bolt", "20", seen(bolt))
    assert [(row["code"].value(), row["pack_quantity"].value()) for row in form.barcodes] == [("CASE", "12")]


def test_a_manager_changes_everything_at_once(client, manager, bolt, typed):
    BarcodeFactory(product=bolt, code="GONE")
    kept = BarcodeFactory(product=bolt, code="KEPT", pack_quantity=6)
    mended = BarcodeFactory(product=bolt, code="MENDED", pack_quantity=10)
    data = typed(("KEPT", "6"), ("MENDED", "12"), ("NEW", "1"), seen=seen(bolt), sku="BOLT-M8X", name="Bolt")
    response = client.post(EDIT, data)
    assert (response.status_code, response["Location"]) == (302, "/products/BOLT-M8X/")
    bolt.refresh_from_db()
    assert (bolt.sku, bolt.name, bolt.low_threshold) == ("BOLT-M8X", "Bolt", None)
    assert dict(bolt.barcodes.values_list("code", "pack_quantity")) == {"KEPT": 6, "MENDED": 12, "NEW": 1}
    assert list(bolt.barcodes.filter(code__in=["KEPT", "MENDED"]).order_by("pk")) == [kept, mended]
    entry = LogEntry.objects.get_for_object(bolt).first()
    assert entry.actor == manager
    assert entry.changes == {
        "sku": ["BOLT-M8", "BOLT-M8X"],
        "name": ["Hex bolt", "Bolt"],
        "low_threshold": ["20.000", "None"],
    }


def test_what_another_saved_meanwhile_is_not_overwritten(client, manager, bolt, typed):
    opened = seen(bolt)
    Product.objects.get(pk=bolt.pk).save()
    response = client.post(EDIT, typed(seen=opened, name="Mine"))
    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == [MEANWHILE]
    assert response.context["form"]["name"].value() == "Mine"
    bolt.refresh_from_db()
    assert bolt.name == "Hex bolt"


@pytest.mark.parametrize("stamp", ["", "yesterday", "2026-13-01T00:00:00", "2020-01-01T00:00:00+00:00"])
def test_a_stamp_that_is_none_saves_nothing(client, manager, bolt, typed, stamp):
    assert client.post(EDIT, typed(seen=stamp, name="Mine")).status_code == 409
    bolt.refresh_from_db()
    assert bolt.name == "Hex bolt"


def test_the_unit_changes_only_without_history(client, manager, bolt, typed):
    kilogram = UnitFactory(code="kg")
    assert client.post(EDIT, typed(seen=seen(bolt), unit=kilogram.pk)).status_code == 302
    LotFactory(product=bolt)
    response = client.post(EDIT, typed(seen=seen(bolt)))
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {
        "unit": ["This product has stock or history in kg, so its unit stays. Make a new product for another unit."]
    }
    bolt.refresh_from_db()
    assert bolt.unit == kilogram
    assert client.post(EDIT, typed(seen=seen(bolt), unit=kilogram.pk, name="Bolt")).status_code == 302


def test_stock_is_history_too(client, manager, bolt, typed):
    warehouse = WarehouseFactory()
    Desk(person("admin")).receive(warehouse, bolt, "5")
    response = client.post(EDIT, typed(seen=seen(bolt), unit=UnitFactory(code="kg").pk))
    assert list(response.context["form"].errors) == ["unit"]
    other = ProductFactory(sku="NUT-M8")
    assert (has_history(bolt), has_history(other)) == (True, False)


def test_its_own_codes_do_not_stand_in_its_way(client, manager, bolt, typed):
    BarcodeFactory(product=bolt, code="CASE")
    assert client.post(EDIT, typed(("CASE", "1"), ("BOLT-M8", "1"), seen=seen(bolt))).status_code == 302


def test_a_refused_edit_keeps_the_page_of_the_stored_product(client, manager, bolt, typed):
    response = client.post(EDIT, typed(seen=seen(bolt), sku=""))
    assert response.status_code == 422
    assert response.context["sku"] == "BOLT-M8"
    assert "<h1>Edit BOLT-M8</h1>" in response.content.decode()


@pytest.mark.parametrize("sku", ["NONE", "BOLT", "BOLT-M8%00X", "%F0%9F%94%A9"])
def test_an_unknown_sku_is_not_found(client, manager, bolt, sku):
    assert client.get(f"/catalog/products/{sku}/edit").status_code == 404


def test_a_sku_with_slashes_has_a_page(client, manager):
    ProductFactory(sku="A/edit")
    assert client.get("/catalog/products/A/edit/edit").context["sku"] == "A/edit"


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("manager", 200), ("admin", 200)])
def test_who_may(client, bolt, role, status):
    client.force_login(person(role))
    assert client.get(EDIT).status_code == status


def test_the_page_costs_the_same_with_many_barcodes(client, manager, bolt, django_assert_num_queries):
    for count in (1, 3, 50):
        while bolt.barcodes.count() < count:
            BarcodeFactory(product=bolt)
        client.get(EDIT)
        with django_assert_num_queries(5):
            assert len(client.get(EDIT).context["form"].barcodes.forms) == count
