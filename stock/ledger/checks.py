"""What is asked of every line, from the locked rows: the sentences that say what is wrong and how to mend it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product
from inventory_site.web.quantity import LARGEST, format_quantity
from stock.errors import BadLocation, BadLot, BadOperation, BadQuantity, LevelTooHigh, Problem, ProductArchived
from stock.ledger.books import Books, Level, LocationRow, ProductRow
from stock.models import ReasonCode
from warehouses.models import Location, Warehouse

MOST_LINES = 1000


def operation_problems(count: int, *warehouses: Warehouse, most: int | None) -> list[Problem]:
    """Say what is wrong with the operation before any line is looked at: no lines, too many, a closed warehouse."""
    problems: list[Problem] = []
    if count == 0:
        problems.append(BadOperation(text=_("Add at least one line.")))
    if most is not None and count > most:
        words = {"most": f"{most:,}", "count": f"{count:,}"}
        problems.append(
            BadOperation(
                text=_("An operation has at most %(most)s lines; this one has %(count)s. Send it in parts.") % words
            )
        )
    problems.extend(_closed(warehouse) for warehouse in warehouses if not warehouse.is_open)
    return problems


def closed_meanwhile(bins: Iterable[LocationRow], warehouses: Iterable[Warehouse]) -> list[Problem]:
    """Name the warehouses that were closed before their bins could be locked."""
    closed = {bin.warehouse_id for bin in bins if bin.warehouse_status != Warehouse.Status.OPEN}
    return [_closed(warehouse) for warehouse in warehouses if warehouse.pk in closed]


def _closed(warehouse: Warehouse) -> Problem:
    return BadOperation(field="warehouse", text=_("%(code)s is closed.") % {"code": warehouse.code})


def line_problem(line: int, product: ProductRow | None, quantity: Decimal, *, signed: bool = False) -> Problem | None:
    """Say what is wrong with the product or the quantity of a line, if anything is."""
    if product is None:
        return ProductArchived(line=line, field="code", text=_("This product does not exist any more."))
    if product.status != Product.Status.ACTIVE:
        text = _("%(sku)s is archived. Restore it before you book it.") % {"sku": product.sku}
        return ProductArchived(line=line, field="code", text=text)
    if not quantity.is_finite() or quantity == 0 or (quantity < 0 and not signed):
        return BadQuantity(line=line, field="quantity", text=_("Enter a quantity above 0."))
    if abs(quantity) > LARGEST:
        text = _("Enter %(largest)s or less.") % {"largest": format_quantity(LARGEST)}
        return BadQuantity(line=line, field="quantity", text=text)
    if quantity != round(quantity, product.decimals):
        return BadQuantity(line=line, field="quantity", text=_too_fine(product))
    return None


def location_problem(
    line: int, bin: LocationRow | None, warehouse: Warehouse, field: str = "location"
) -> Problem | None:
    """Say what is wrong with the bin of a line, if anything is."""
    if bin is None or bin.warehouse_id != warehouse.pk:
        text = _("This is not a bin of %(warehouse)s.") % {"warehouse": warehouse.code}
        return BadLocation(line=line, field=field, text=text)
    if bin.status != Location.Status.ACTIVE:
        text = _("Bin %(bin)s is not in use. Choose another.") % {"bin": bin.code}
        return BadLocation(line=line, field=field, text=text)
    return None


def lot_problem(books: Books, line: int, product_id: int, number: str, expires_on: date | None) -> Problem | None:
    """Say what is wrong with the lot of goods that come in, if anything is."""
    product = books.products[product_id]
    if product.tracks_lots and not number:
        return BadLot(
            line=line, field="lot_number", text=_("%(sku)s tracks lots. Enter the lot.") % {"sku": product.sku}
        )
    if number and not product.tracks_lots:
        text = _("%(sku)s does not track lots. Leave the lot empty.") % {"sku": product.sku}
        return BadLot(line=line, field="lot_number", text=text)
    if number and expires_on and books.lots[product_id, number].expires_on != expires_on:
        known = books.lots[product_id, number].expires_on
        if known is None:
            text = _("Lot %(lot)s is on record without an expiry date. Leave the date empty.") % {"lot": number}
        else:
            words = {"lot": number, "date": date_format(known)}
            text = _("Lot %(lot)s is on record as expiring on %(date)s.") % words
        return BadLot(line=line, field="expires_on", text=text)
    return None


def room_problem(line: int, level: Level, quantity: Decimal) -> Problem | None:
    """Say so where the level would pass what the books can hold."""
    if Books.fits(level, quantity):
        return None
    return LevelTooHigh(line=line, field="quantity", text=_("The level would be larger than the books can hold."))


def reason_problems(reason: ReasonCode, note: str) -> list[Problem]:
    """Say what is wrong with a reason, whatever it is given for, and with the note that it may ask for."""
    problems: list[Problem] = []
    if not reason.is_active:
        text = _("The reason %(reason)s is not in use any more. Choose another.") % {"reason": reason.name}
        problems.append(BadOperation(field="reason", text=text))
    if reason.note_required and not note.strip():
        text = _("Write a note: the reason %(reason)s asks for one.") % {"reason": reason.name}
        problems.append(BadOperation(field="note", text=text))
    return problems


def _too_fine(product: ProductRow) -> str:
    words = {"sku": product.sku, "count": product.decimals}
    if product.decimals == 0:
        return _("%(sku)s is counted in whole numbers. Enter a whole number.") % words
    return (
        ngettext(
            "%(sku)s has at most %(count)d digit after the point.",
            "%(sku)s has at most %(count)d digits after the point.",
            product.decimals,
        )
        % words
    )
