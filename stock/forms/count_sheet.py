"""The sheet of a bin that is counted: a line a product and lot, and never a word of what should lie there."""

import re
import uuid
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Product
from inventory_site.web.forms import ZERO
from inventory_site.web.quantity import QuantityError, format_quantity, parse_quantity
from inventory_site.web.texts import readable, refuse_hidden_characters
from stock.errors import Refused
from stock.forms.lines import AS_TYPED
from stock.forms.sent_key import sent_key
from stock.forms.sheet_lines import SheetLines
from stock.models import Count, CountLine
from stock.queries.counts import lines_in_bin, packs_of
from stock.services import Found
from warehouses.models import Location

LINE = re.compile(r"line-([0-9]{1,9})-code")
MOST_READ = 1000
LONGEST_CODE = 200
ONE, NOTHING = Decimal(1), Decimal(0)


class FoundForm(forms.Form):
    """One product of one lot in the bin: how many were found, empty until somebody looked.

    `listed`: it stands on the list of the count, so its lot is not to be typed.
    """

    code = forms.CharField(max_length=80)
    lot_number = forms.CharField(
        label=gettext_lazy("Lot"),
        max_length=40,
        required=False,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput(attrs=AS_TYPED),
    )
    quantity = forms.CharField(label=gettext_lazy("Found"), required=False)

    product: Product
    listed: bool
    packs: Sequence[Decimal] = ()

    def __init__(self, number: int, product: Product, typed: dict[str, str], *, listed: bool, bound: bool) -> None:
        self.number, self.product, self.typed, self.listed = number, product, typed, listed
        prefix = f"line-{number}"
        data = {f"{prefix}-{name}": text for name, text in typed.items()} if bound else None
        super().__init__(data, prefix=prefix, initial=None if bound else typed)

    @property
    def lot(self) -> str:
        return readable(self.typed.get("lot_number", "")).strip()

    @property
    def is_filled(self) -> bool:
        return bool(self.typed.get("quantity", "").strip())

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The buttons that raise the quantity: fixed steps, then the product's packs."""
        packs = [
            {"label": _("Pack of %(quantity)s") % {"quantity": format_quantity(pack)}, "quantity": pack}
            for pack in self.packs
        ]
        return [{"label": "+5", "quantity": "5"}, {"label": "+10", "quantity": "10"}, *packs]

    def clean_quantity(self) -> Decimal | None:
        text = self.cleaned_data["quantity"].strip()
        if not text:
            return None
        if ZERO.fullmatch(text):
            return NOTHING
        try:
            quantity = parse_quantity(text, decimals=self.product.unit.decimals, signed=True)
        except QuantityError as error:
            raise forms.ValidationError(str(error)) from error
        if quantity < 0:
            raise forms.ValidationError(_("Enter 0 or more."))
        return quantity

    def clean_lot_number(self) -> str:
        lot: str = self.cleaned_data["lot_number"].strip()
        if self.product.tracks_lots and not lot and self.is_filled and not self.listed:
            raise forms.ValidationError(_("%(sku)s tracks lots. Enter the lot.") % {"sku": self.product.sku})
        return lot


class Scan(NamedTuple):
    """What became of a code: the line that it added or raised, or else the sentence that says why there is none."""

    line: FoundForm | None
    is_new: bool
    sentence: str


class CountSheet(SheetLines[FoundForm]):
    """One bin of a count as a person fills it in; a product that was scanned stands first.

    `sent` is what a person sent; with `sending` it is judged: to finish the bin, or (`partly`) what was filled in so
    far. Looks to templates like a formset of its lines.
    """

    def __init__(
        self, count: Count, location: Location, sent: QueryDict | None = None, *, sending: bool = False
    ) -> None:
        data = sent if sent is not None else QueryDict()
        self.count, self.location, self.bound = count, location, sending
        self.partly, self.empty = "part" in data, "empty" in data
        given = sent_key(data)
        self.key = given or uuid.uuid4()
        self.code = data.get("code", "").strip()[:LONGEST_CODE]
        self.scan: Scan | None = None
        self.unfilled: list[FoundForm] = []
        self.wrong: list[str] = []
        if sending and given is None:
            self.wrong.append(_("This page was too old to be sent. Nothing was kept; look it over and send it again."))
        every = lines_in_bin(count, location)
        waiting = [line for line in every if line.counted is None] or every
        # Somebody else has counted these since the form was opened: left empty here, they are not missing.
        self.done = {_key(line) for line in every} - {_key(line) for line in waiting}
        numbers = islice((int(match[1]) for match in map(LINE.fullmatch, data) if match), MOST_READ)
        self.lines = self._typed(data, list(numbers), waiting)
        self._add_missing(waiting)

    def _typed(self, data: QueryDict, numbers: Sequence[int], waiting: Sequence[CountLine]) -> list[FoundForm]:
        typed = {n: {name: data.get(f"line-{n}-{name}", "") for name in FoundForm.base_fields} for n in numbers}
        hits = Product.by_codes({each["code"] for each in typed.values()}) if typed else {}
        listed = {_key(line) for line in waiting}
        lines = []
        for n, each in typed.items():
            if each["code"] not in hits:
                self.wrong.append(_("No product has the SKU or barcode %(code)s.") % {"code": each["code"]})
                continue
            product = hits[each["code"]][0]
            key = (product.pk, each["lot_number"].strip())
            if key in self.done and not each["quantity"].strip():
                continue
            on_list = key in listed
            lines.append(FoundForm(n, product, each, listed=on_list, bound=self.bound))
        return lines

    def _add_missing(self, waiting: Sequence[CountLine]) -> None:
        """Add the lines of the list that the form did not have: all of them, or those that came since it was opened."""
        known = {(line.product.pk, line.lot) for line in self.lines}
        for line in waiting:
            if _key(line) not in known:
                typed = {"code": line.product.sku, "lot_number": _lot(line), "quantity": ""}
                self.lines.append(FoundForm(self._next(), line.product, typed, listed=True, bound=self.bound))

    def _next(self) -> int:
        return max((line.number for line in self.lines), default=-1) + 1

    @property
    def has_errors(self) -> bool:
        return bool(self.total_error_count)

    # What a person does with it.
    def is_valid(self) -> bool:
        """Judge everything that was typed. No queries."""
        if self.code:
            self.scan = Scan(None, False, _("Add %(code)s first, or clear this field.") % {"code": self.code})
            self.wrong.append(self.scan.sentence)
        self.unfilled = [line for line in self.lines if not line.is_filled]
        if self.partly and len(self.unfilled) == len(self.lines):
            self.wrong.append(_("Enter what you found first."))
        elif self.unfilled and not self.partly and not self.empty:
            text = _("Enter what you found of every product, or tick that none of the others is there.")
            self.wrong.append(text)
        return not self.has_errors

    @property
    def sent_lines(self) -> list[FoundForm]:
        """The lines that say something: those filled in, and in a finished bin the others, which are not there."""
        return [line for line in self.lines if line.is_filled or not self.partly]

    def found(self) -> list[Found]:
        return [
            Found(
                product=line.product,
                location=self.location,
                counted=line.cleaned_data["quantity"] or NOTHING,
                lot_number=line.cleaned_data["lot_number"],
            )
            for line in self.sent_lines
        ]

    def refuse(self, refused: Refused) -> None:
        """Put every problem that the service named beside the field it speaks of."""
        sent = self.sent_lines
        for problem in refused.problems:
            if problem.line is None:
                self.wrong.append(problem.message)
            else:
                line = sent[problem.line]
                line.add_error(problem.field if problem.field in line.fields else None, problem.message)

    def add(self, code: str) -> Scan:
        """Raise the line of a code by what one scan stands for, or add one. At most three queries."""
        code = readable(code).strip()[:LONGEST_CODE]
        hit = Product.by_codes([code]).get(code) if code else None
        if hit is None or hit[0].is_archived:
            return self._scanned(Scan(None, False, self._why_not(code, hit[0] if hit else None)))
        product, pack = hit
        lines = [line for line in self.lines if line.product.pk == product.pk]
        if len(lines) > 1:
            text = _("Several lots of %(sku)s are on the list. Use + at the lot that you hold.")
            return self._scanned(Scan(None, False, text % {"sku": product.sku}))
        typed = {"code": product.sku, "lot_number": "", "quantity": format_quantity(pack)}
        if lines and (quantity := _raised(lines[0], pack)) is None:
            text = _("Mend the quantity of %(sku)s first, then scan it again.")
            return self._scanned(Scan(None, False, text % {"sku": product.sku}))
        if lines:
            typed = {**lines[0].typed, "quantity": format_quantity(quantity or pack)}
        line = FoundForm(
            lines[0].number if lines else self._next(),
            product,
            typed,
            listed=bool(lines) and lines[0].listed,
            bound=False,
        )
        self.lines = [line, *(each for each in self.lines if each.number != line.number)]
        return self._scanned(Scan(line, not lines, ""))

    def _why_not(self, code: str, product: Product | None) -> str:
        if not code:
            return _("Scan or type a SKU or barcode.")
        if product is not None:
            return _("%(sku)s is archived. Put it aside and ask a manager.") % {"sku": product.sku}
        words = {"code": code, "bin": self.location.code}
        if Location.objects.filter(warehouse=self.count.warehouse_id).with_code(code).exists():
            return _("%(code)s is a bin. Finish %(bin)s first, or go back and choose the other bin.") % words
        return _("No product has the SKU or barcode %(code)s. Put it aside and ask a manager.") % words

    def _scanned(self, scan: Scan) -> Scan:
        self.scan = scan
        if scan.line is not None:
            self.code = ""
        return scan

    def remove(self, number: str) -> None:
        self.lines = [line for line in self.lines if str(line.number) != number or line.listed]

    def dress(self, lines: Sequence[FoundForm] | None = None) -> None:
        """Give these lines (all, unless some are named) the packs of their products: one query."""
        shown = self.lines if lines is None else lines
        packs = packs_of([line.product.pk for line in shown])
        for line in shown:
            line.packs = packs.get(line.product.pk, ())


def _key(line: CountLine) -> tuple[int, str]:
    return line.product_id, _lot(line)


def _lot(line: CountLine) -> str:
    return line.lot.number if line.lot else ""


def _raised(line: FoundForm, pack: Decimal) -> Decimal | None:
    """Return the quantity of a line and one more pack; None where nobody can read what was typed."""
    text = line.typed.get("quantity", "").strip()
    if not text or ZERO.fullmatch(text):
        return pack
    try:
        return parse_quantity(text) + pack
    except QuantityError:
        return None
