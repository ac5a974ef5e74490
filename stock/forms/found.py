"""What the lines of an operation name, found together: products by their codes, bins by theirs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from django.db.models.functions import Upper
from django.utils.translation import gettext as _

from catalog.models import Product
from inventory_site.web.quantity import QuantityError, format_quantity, parse_quantity
from warehouses.models import Location, Warehouse

if TYPE_CHECKING:
    from stock.forms.lines import LineForm

Side = Literal["here", "there"]


class FoundBins:
    """The bins that lines name, found in one query: in the warehouse worked in (here) and where goods go (there)."""

    def __init__(self, here: Warehouse, there: Warehouse | None, lines: Sequence["LineForm"]) -> None:
        self.warehouses: dict[Side, Warehouse] = {"here": here}
        if there is not None:
            self.warehouses["there"] = there
        keys = {bin_key(line.typed.get(name, "")) for line in lines for name in line.bins} - {""}
        self.found: dict[tuple[int, str], Location] = {}
        if keys:
            bins = Location.objects.filter(warehouse__in=self.warehouses.values()).alias(key=Upper("code"))
            self.found = {(found.warehouse_id, found.code.upper()): found for found in bins.filter(key__in=keys)}

    def find(self, side: Side, typed: str) -> Location | None:
        warehouse = self.warehouses.get(side)
        return self.found.get((warehouse.pk, bin_key(typed))) if warehouse else None

    def name(self, side: Side) -> str:
        return self.warehouses[side].code if side in self.warehouses else _("The other warehouse")


def bin_key(typed: str) -> str:
    """Return a bin's code as it is compared; a text that can be no code is never found.

    Only ASCII is raised to capitals: a look-alike must not find another bin.
    """
    typed = typed.strip()
    return typed.upper() if typed.isascii() and typed.isprintable() else ""


def wrong_code(code: str, product: Product | None) -> str:
    """Say what is wrong with the product that a code stands for; "" where nothing is."""
    if product is None:
        return _("No product has the SKU or barcode %(code)s. Check it, or look for it under Products.") % {
            "code": code
        }
    if product.is_archived:
        return _("%(sku)s is archived. Restore it before you book it.") % {"sku": product.sku}
    return ""


def look_up(lines: Sequence["LineForm"], here: Warehouse, there: Warehouse | None) -> None:
    """Find the products and bins of all lines: at most three queries, however many lines."""
    codes = {line.typed.get("code", "") for line in lines} - {""}
    products = Product.by_codes(codes) if codes else {}
    bins = FoundBins(here, there, [line for line in lines if line.is_bound])
    for line in lines:
        if line.is_bound:
            line.full_clean()
        line.settle(products, bins)


def raised(line: "LineForm", pack: Decimal) -> dict[str, str] | None:
    """Return what is typed in a line with its quantity raised by a scan; None where nobody can read its quantity."""
    try:
        quantity = parse_quantity(line.typed.get("quantity", ""))
    except QuantityError:
        return None
    return {**line.typed, "quantity": format_quantity(quantity + pack)}
