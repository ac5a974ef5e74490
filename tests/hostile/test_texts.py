"""Texts that would run, hide or overflow: shown as they are where they may be stored, refused where they may not."""

import pytest
from django.urls import reverse

from catalog.models import Product
from tests.factories import ProductFactory, WarehouseFactory, person
from tests.hostile.markup import RUNS
from tests.test_markers import OURS, text_of

pytestmark = pytest.mark.django_db

QUERIES = [
    "q",
    "code",
    "after",
    "warehouse",
    "state",
    "at",
    "against",
    "product",
    "bin",
    "lot",
    "reason",
    "since",
    "next",
]
STRANGE = {
    "NUL": "a\x00b",
    "bidi": "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "zero width": "BOLT\N{ZERO WIDTH SPACE}-M8",
    "over-long": "x" * 20_000,
    "script": RUNS,
    "SQL": "' OR 1=1 --",
    "tsquery": "a & | ! ( ) :* \\ '",
    "like": "%_\\",
    "lone surrogate": "\\ud800",
    "combining": "e" + "\N{COMBINING ACUTE ACCENT}" * 500,
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_no_strange_question_breaks_a_page_or_runs_in_it(client, text):
    place = WarehouseFactory(code="NORTH")
    client.force_login(person("manager", {place: "manage"}))
    ProductFactory(sku="BOLT-M8")
    broken = []
    for name in (
        "stock:product-list",
        "stock:scan",
        "stock:transaction-list",
        "stock:many-thresholds",
        "alerts:alert-list",
    ):
        for query in QUERIES:
            answer = client.get(reverse(name), {query: text})
            if answer.status_code >= 500 or "<script>alert" in text_of(answer):
                broken.append((name, query, answer.status_code))
    assert broken == []


HIDDEN = [
    "a\x00b",
    "a\N{RIGHT-TO-LEFT OVERRIDE}b",
    "a\N{ZERO WIDTH SPACE}b",
    "a\x1b[31m",
    "a\N{LINE SEPARATOR}b",
    "a\x7fb",
]


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "\N{RIGHT-TO-LEFT OVERRIDE}", "x" * 5000, RUNS.replace("/", "")],
    ids=["NUL", "bidi", "long", "run"],
)
def test_no_strange_address_breaks_a_route(client, text):
    client.raise_request_exception = False
    client.force_login(person("admin"))
    broken, asked = {}, 0
    for name, pattern in OURS.items():
        kinds = pattern.pattern.converters
        free = {each for each, kind in kinds.items() if type(kind).__name__ in ("StringConverter", "PathConverter")}
        if free and len(free) == len(kinds):
            address = reverse(name, kwargs=dict.fromkeys(free, text))
            for answer in (client.get(address), client.post(address)):
                if answer.status_code >= 500:
                    broken[name] = answer.status_code
            asked += 1
    assert (broken, asked > 20) == ({}, True)


@pytest.mark.parametrize("text", HIDDEN)
def test_what_nobody_sees_is_refused_beside_its_field(client, text):
    place = WarehouseFactory(code="NORTH")
    client.force_login(person("admin"))
    forms = {
        "/catalog/categories/new": {"name": text},
        "/catalog/units/new": {"code": text, "name": text, "decimals": "0"},
        "/warehouses/new": {"code": "X", "name": text, "time_zone": "UTC", "default_bin": "D"},
        f"/warehouses/{place.code}/bins/new": {"code": text, "kind": "storage"},
        "/catalog/products/new": {"sku": text, "name": text, "barcodes-TOTAL_FORMS": 0, "barcodes-INITIAL_FORMS": 0},
        "/profile/": {"name": text, "time_zone": "UTC"},
    }
    answers = {address: client.post(address, data).status_code for address, data in forms.items()}
    assert answers == dict.fromkeys(forms, 422)


def test_over_long_texts_are_refused_and_nothing_is_cut(client):
    client.force_login(person("admin"))
    data = {"sku": "X" * 41, "name": "n" * 201, "description": "d" * 2001, "barcodes-TOTAL_FORMS": 0}
    answer = client.post("/catalog/products/new", {**data, "barcodes-INITIAL_FORMS": 0})
    assert answer.status_code == 422
    assert {"sku", "name", "description"} <= answer.context["form"].errors.keys()
    assert not Product.objects.exists()


@pytest.mark.parametrize("sku", ["BОLT-M8", "ＢＯＬＴ", "BOLT M8", "../x", "a//b", "-a", "a/", "<b>", "BOLT-M8\n"])
def test_a_sku_that_looks_like_another_is_no_sku(client, sku):
    client.force_login(person("manager"))
    data = {"sku": sku, "name": "n", "barcodes-TOTAL_FORMS": 0, "barcodes-INITIAL_FORMS": 0}
    answer = client.post("/catalog/products/new", data)
    assert (answer.status_code, Product.objects.filter(sku__startswith="BOLT-M8\n").exists()) == (422, False)
