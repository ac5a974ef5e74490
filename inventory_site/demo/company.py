"""The made-up company's master data: warehouses, categories, products, barcodes."""

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.models import Category, Unit
from inventory_site.demo.names import PLACES, Family, Place, families
from inventory_site.demo.statements import copy, run
from inventory_site.web.codes import normalise_code
from warehouses.models import Warehouse

PRODUCT = (
    *("n", "sku", "name", "category_id", "unit_id", "step", "typical", "tracks_lots", "shelf_life", "low", "high"),
    *("unit_cost", "lead_time", "lead_deviation", "order_pack"),
)
# GS1 General Specifications, section 2.1.11: 02 and 20 to 29 are for use inside a company.
RESTRICTED = "29"


def add_warehouses(places: Sequence[Place] = PLACES) -> list[Warehouse]:
    """Add warehouses in these places, and list them in `demo_warehouse`."""
    added = [
        Warehouse.objects.create(
            code=place.code,
            name=place.name,
            address=place.address,
            time_zone=place.time_zone,
            expiry_tiers=[30, 14, 7],
        )
        for place in places
    ]
    rows = [(n, warehouse.pk, warehouse.time_zone) for n, warehouse in enumerate(added, 1)]
    copy("demo_warehouse", ["n", "id", "time_zone"], rows)
    return added


def add_products(number: int, seed: int) -> None:
    """Add so many products, with their barcodes; `demo_product` keeps what the history needs to know of each."""
    chance = random.Random(f"products {seed}")  # nosec B311 # invents goods
    kinds = families()
    names = sorted({family.category for family in kinds})
    categories = {name: Category.objects.create(name=name).pk for name in names}
    units = {unit.code: unit for unit in Unit.objects.all()}
    rows = _products(number, kinds, categories, units, chance)
    copy("demo_product", PRODUCT, rows)
    run("products.sql")
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM demo_product ORDER BY n")
        ids = [row[0] for row in cursor.fetchall()]
    copy("catalog_barcode", ["product_id", "code", "pack_quantity"], _barcodes(ids, chance))


def _products(
    number: int, kinds: list[Family], categories: dict[str, int], units: dict[str, Unit], chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    """Yield the columns of PRODUCT; quantities are in thousandths of the unit, `step` is the smallest one."""
    for n in range(number):
        serial, kind = divmod(n, len(kinds))
        family = kinds[kind]
        unit = units[family.unit]
        typical = max(1, round(family.typical * chance.choice((0.5, 0.75, 1, 1.5, 2))))
        low = high = None
        if chance.random() < 0.75:
            low = _round_figure(typical * chance.uniform(5, 12))
            high = _round_figure(low * chance.uniform(5, 9))
        yield (
            n + 1,
            f"{family.prefix}-{serial + 1:04}",
            family.product_name(serial),
            categories[family.category],
            unit.pk,
            int(unit.smallest_step * 1000),
            typical * 1000,
            family.shelf_life_days is not None,
            family.shelf_life_days,
            low and low * 1000,
            high and high * 1000,
            round(Decimal(family.cost * chance.uniform(0.6, 1.8)), 2),
            chance.choice((2, 3, 5, 7, 10, 14, 21)),
            chance.choice((0.5, 1, 1.5, 2)),
            max(1, typical) * 12,
        )


def _round_figure(quantity: float) -> int:
    """Round to two digits, as people choose thresholds."""
    grain: int = 10 ** max(0, len(str(int(quantity))) - 2)
    return max(2, round(quantity / grain) * grain)


def _barcodes(products: list[int], chance: random.Random) -> Iterator[tuple[int, str, int]]:
    """Yield product, code and pack quantity: most products have a code, many a second one on the case."""
    for n, product in enumerate(products):
        if chance.random() < 0.92:
            yield product, _ean(n * 2), 1
        if chance.random() < 0.3:
            yield product, _ean(n * 2 + 1), chance.choice((6, 10, 12, 24))


def _ean(serial: int) -> str:
    """Return an EAN-13 with a right check digit, as it is stored."""
    digits = f"{RESTRICTED}{serial:010}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return normalise_code(f"{digits}{-total % 10}")
