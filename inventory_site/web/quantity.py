"""Quantities as people write and read them: plain decimals, never a float, never a thousands mark."""

import re
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LARGEST = Decimal("9999999.999")
MINUS = "\N{MINUS SIGN}"

_PLAIN = re.compile(r"([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([,.'’ \u00a0\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_EXPONENT = re.compile(r"[+-]?[0-9.]+[eE][+-]?[0-9]+")
_MARKS = re.compile(r"[,'’ \u00a0\u2009\u202f]")


class QuantityError(ValueError):
    """A text that is no acceptable quantity; its words tell the person how to mend it."""


def format_quantity(value: Decimal) -> str:
    """Write a quantity in plain digits without trailing zeros: 12.500 is 12.5, 40.000 is 40, 1E+3 is 1000."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def parse_quantity(text: str, *, decimals: int = 3, signed: bool = False) -> Decimal:
    """Read a quantity that a person typed, with at most `decimals` digits after the point.

    Zero is refused; a quantity below zero too, unless `signed`. Digits after the point count as written, so that
    `1.000` for a unit without decimals is refused rather than taken for one when a thousand was meant.
    Raises QuantityError with a message for the field.
    """
    text = text.strip().replace(MINUS, "-")
    match = _PLAIN.fullmatch(text)
    if match is None:
        raise QuantityError(_why_not_plain(text))
    value = Decimal(text)
    if not signed and (value <= 0 or match[1] == "-"):
        raise QuantityError(_("Enter a quantity above 0."))
    if value == 0:
        raise QuantityError(_("Enter a quantity other than 0."))
    if abs(value) > LARGEST:
        raise QuantityError(_("Enter %(largest)s or less.") % {"largest": format_quantity(LARGEST)})
    written = len(match[2].partition(".")[2])
    if written > decimals:
        raise QuantityError(_too_many_decimals(decimals))
    return value


def _why_not_plain(text: str) -> str:
    if not text:
        return _("Enter a quantity.")
    if _EXPONENT.fullmatch(text):
        return _("Write the quantity in plain digits, like 12 or 12.5.")
    if any(mark.isdigit() and not mark.isascii() for mark in text):
        return _("Use the digits 0 to 9.")
    if _GROUPED.fullmatch(text):
        plain = _MARKS.sub("", text) if text.count(".") <= 1 else text.replace(".", "")
        return _("Write %(plain)s, without a thousands mark.") % {"plain": plain}
    if _DECIMAL_COMMA.fullmatch(text):
        return _("Write %(plain)s") % {"plain": text.replace(",", ".")}
    return _("Enter a number, like 12 or 12.5.")


def _too_many_decimals(decimals: int) -> str:
    if decimals == 0:
        return _("Enter a whole number.")
    return ngettext(
        "Enter at most %(count)d digit after the point.", "Enter at most %(count)d digits after the point.", decimals
    ) % {"count": decimals}
