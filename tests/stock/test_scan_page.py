"""Where a scanned code leads."""

import html

import pytest
from django.urls import reverse

from catalog.models import Product
from tests.factories import BarcodeFactory, LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.clerk import Clerk, beside, value_of


@pytest.fixture
def clerk(client, desk):
    clerk = Clerk(client, desk)
    BarcodeFactory(product=clerk.bolt, code="04006381333931")
    return clerk


def scan(clerk, code, warehouse="NORTH"):
    return clerk.client.get(reverse("stock:scan"), {"code": code, "warehouse": warehouse})


@pytest.mark.parametrize("code", ["BOLT-M8", "bolt-m8", " BOLT-M8 ", "4006381333931", "04006381333931"])
def test_a_sku_or_barcode_leads_to_its_product(clerk, code):
    response = scan(clerk, code)
    assert (response.status_code, response.headers["Location"]) == (302, "/products/BOLT-M8/")


def test_an_archived_product_is_found_too(clerk):
    ProductFactory(sku="OLD-1", status=Product.Status.ARCHIVED)
    assert scan(clerk, "OLD-1").headers["Location"] == "/products/OLD-1/"


def test_a_sku_with_a_slash(clerk):
    ProductFactory(sku="M8/40")
    assert scan(clerk, "M8/40").headers["Location"] == "/products/M8/40/"


def test_a_bin_of_the_warehouse_leads_to_its_page(clerk):
    assert scan(clerk, "a-01").headers["Location"] == "/bins/NORTH/A-01/"


@pytest.mark.parametrize("code", ["NOPE", "S-01", "SECRET-1", "<b>", "'"])
def test_a_code_that_nobody_knows_here(clerk, code):
    LocationFactory(warehouse=WarehouseFactory(code="FAR"), code="SECRET-1")
    response = scan(clerk, code)
    assert response.status_code == 422
    assert value_of(response, "code") == code
    words = f"No product and no bin of NORTH has the code {code}."
    assert words in html.unescape(response.content.decode())


@pytest.mark.parametrize("code", ["", "\x00", "\u200b"])
def test_nothing_scanned_is_no_error(clerk, code):
    response = scan(clerk, code)
    assert (response.status_code, beside(response, "code")) == (200, [])


def test_the_field_is_ready_and_the_verbs_are_near(clerk):
    text = clerk.client.get(reverse("stock:scan")).content.decode()
    assert "autofocus data-scan-target" in text
    for verb in ("receive", "ship", "move", "transfer", "adjust"):
        assert f'href="/{verb}/?warehouse=NORTH"' in text


def test_who_only_looks_gets_no_verbs(clerk):
    clerk.client.force_login(person(rights={clerk.north: "view"}))
    text = clerk.client.get(reverse("stock:scan")).content.decode()
    assert 'href="/receive/?warehouse=NORTH"' not in text


@pytest.mark.parametrize("code", ["", "NOPE"])
def test_what_it_costs(clerk, code, django_assert_num_queries):
    scan(clerk, "")  # Remembers the warehouse worked in.
    with django_assert_num_queries(5 if code else 3):
        scan(clerk, code)
