"""What was booked, in the words of a message or a heading."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Product
from inventory_site.web.quantity import MINUS, format_quantity
from stock.models import Operation
from stock.queries.booked import Booked

Kind = Operation.Kind
CORRECTIONS = (Kind.ADJUST, Kind.COUNT)


class Amount(NamedTuple):
    """So much of a product, in its unit; signed where it corrects a level."""

    sku: str
    unit: str
    decimals: int
    quantity: Decimal

    @classmethod
    def of(cls, product: Product, quantity: Decimal) -> "Amount":
        return cls(product.sku, product.unit.code, product.unit.decimals, quantity)

    @classmethod
    def booked(cls, kind: str, booked: Booked) -> "Amount":
        quantity = booked.net if kind in CORRECTIONS else booked.moved
        return cls(booked.sku, booked.unit, booked.decimals, quantity)


def done(kind: str, what: str) -> str:
    """Say what an operation did: "Shipped 5 × BOLT-M8", "Received 3 lines"."""
    sentences = {
        Kind.RECEIVE: _("Received %(what)s"),
        Kind.SHIP: _("Shipped %(what)s"),
        Kind.MOVE: _("Moved %(what)s"),
        Kind.TRANSFER: _("Transferred %(what)s"),
        Kind.SEND: _("Sent %(what)s"),
        Kind.ARRIVE: _("Received %(what)s of a transfer"),
        Kind.WRITE_OFF: _("Wrote off %(what)s"),
        Kind.ADJUST: _("Adjusted %(what)s"),
        Kind.COUNT: _("Counted %(what)s"),
        Kind.REVERSE: _("Undid %(what)s"),
    }
    return sentences[Kind(kind)] % {"what": what}


def lines_done(kind: str, amounts: Sequence[Amount]) -> str:
    """Say what the lines of an operation did: one by its quantity and SKU, several by their number."""
    count = len(amounts)
    lines = ngettext("%(count)d line", "%(count)d lines", count) % {"count": count}
    return done(kind, amount(kind, amounts[0]) if count == 1 else lines)


def products_done(kind: str, booked: Sequence[Booked]) -> str:
    """Say what an operation did as its ledger rows tell it: its first product, by quantity and SKU."""
    if not booked:
        return done(kind, "")
    first = amount(kind, Amount.booked(kind, booked[0]))
    return done(kind, first if len(booked) == 1 else _("%(first)s and more") % {"first": first})


def amount(kind: str, part: Amount) -> str:
    sign = ("+" if part.quantity > 0 else MINUS) if kind in CORRECTIONS else ""
    words = {"quantity": sign + format_quantity(abs(part.quantity)), "unit": part.unit, "sku": part.sku}
    if part.decimals:
        return _("%(quantity)s %(unit)s of %(sku)s") % words
    return _("%(quantity)s × %(sku)s") % words
