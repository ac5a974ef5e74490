from decimal import Decimal

import pytest
from django.db import connection

from catalog.models import Product
from tests.factories import BarcodeFactory, ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    bolt = ProductFactory(sku="Bolt-M8/40", name="Hex bolt M8 × 40, zinc", description="DIN 933 for beams")
    ProductFactory(sku="TAPE-1.5", name="Duct tape 1.5m Öl-fest")
    ProductFactory(sku="CAN_12", name="O'Brien's peach can 100%")
    BarcodeFactory(product=bolt, code="00036000291452")
    BarcodeFactory(product=bolt, code="Case-12", pack_quantity=12)


def found(text):
    return [product.sku for product in Product.objects.search(text).order_by("sku_key")]


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("bolt", ["Bolt-M8/40"]),
        ("BOL HE", ["Bolt-M8/40"]),
        ("hex tape", []),
        ("beam", ["Bolt-M8/40"]),
        ("bolt-m8/4", ["Bolt-M8/40"]),
        ("m8/40", ["Bolt-M8/40"]),
        ("olt", []),
        ("1.5", ["TAPE-1.5"]),
        ("1.5M", ["TAPE-1.5"]),
        ("öl", ["TAPE-1.5"]),
        ("ÖL-FEST", ["TAPE-1.5"]),
        ("can_", ["CAN_12"]),
        ("canx12", []),
        ("o'brien", ["CAN_12"]),
        ("100%", ["CAN_12"]),
        ("036000291452", ["Bolt-M8/40"]),
        ("0036000291452", ["Bolt-M8/40"]),
        ("00036000291452", ["Bolt-M8/40"]),
        (" 036000291452\r\n", ["Bolt-M8/40"]),
        ("36000291452", []),
        ("03600029145", []),
        ("Case-12", ["Bolt-M8/40"]),
        ("", ["Bolt-M8/40", "CAN_12", "TAPE-1.5"]),
        (" \t", ["Bolt-M8/40", "CAN_12", "TAPE-1.5"]),
        ("×", []),
        ("m8 × 40", ["Bolt-M8/40"]),
    ],
)
def test_words_skus_and_barcodes_find(shelf, text, skus):
    assert found(text) == skus


NASTY = [
    *["'", "''''", "'':*", "\\", "\\'", "'; DROP TABLE catalog_product; --", "bolt & | ! <-> :*", "<->", "&&&", "!"],
    *[":*", "(((", "a:b:c", "%", "_", "1e400", "\x00", "\ud800", "\u202ebolt'", "🔩", "ſ", "x" * 100_000, "a " * 5000],
]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_no_text_raises(shelf, text):
    assert set(found(text)) <= {"Bolt-M8/40", "CAN_12", "TAPE-1.5"}
    assert list(Product.by_codes([text])) == []


def test_hidden_characters_do_not_hide_a_product(shelf):
    assert found("bo\u200blt") == found("bolt\x00") == ["Bolt-M8/40"]


def test_codes_find_their_product_and_how_many_one_scan_is(shelf, django_assert_num_queries):
    codes = ["bolt-m8/40", "036000291452", "Case-12", "case-12", "CAN_12", " TAPE-1.5 ", "unknown", "", "\x00"]
    with django_assert_num_queries(1):
        hits = Product.by_codes(codes)
        assert {code: (product.sku, product.unit.code, count) for code, (product, count) in hits.items()} == {
            "bolt-m8/40": ("Bolt-M8/40", "pcs", Decimal(1)),
            "036000291452": ("Bolt-M8/40", "pcs", Decimal(1)),
            "Case-12": ("Bolt-M8/40", "pcs", Decimal(12)),
            "CAN_12": ("CAN_12", "pcs", Decimal(1)),
            " TAPE-1.5 ": ("TAPE-1.5", "pcs", Decimal(1)),
        }


def test_a_sku_wins_over_a_barcode_of_the_same_text(shelf):
    BarcodeFactory(product=Product.objects.get(sku="CAN_12"), code="TAPE-1.5", pack_quantity=24)
    assert Product.by_codes(["TAPE-1.5"])["TAPE-1.5"][0].sku == "TAPE-1.5"


def test_look_alikes_find_nothing(shelf):
    ProductFactory(sku="MINI")
    assert Product.by_codes(["mını", "МINI", "ＭＩＮＩ"]) == {}


def test_each_condition_has_its_index():
    """Where one of the three could not use an index, only reading every product would answer."""
    unit = ProductFactory().unit_id
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO catalog_product
                   (sku, name, description, unit_id, status, tracks_lots, created, updated)
               SELECT 'PLAN-' || i, 'Product number ' || i, '', %s, 'active', false, now(), now()
               FROM generate_series(1, 2000) i""",
            [unit],
        )
        cursor.execute(
            """INSERT INTO catalog_barcode (product_id, code, pack_quantity)
               SELECT id, 'C' || id, 1 FROM catalog_product"""
        )
        cursor.execute("ANALYZE catalog_product, catalog_barcode")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = Product.objects.search("plan-1999").order_by("sku_key").explain()
    assert "Seq Scan" not in plan
    for index in ("product_sku_prefix", "catalog_product_pkey", "product_search"):
        assert f"Bitmap Index Scan on {index}" in plan
