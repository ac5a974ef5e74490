"""A sheet: one operation as a person fills it in, its head and its lines, under the key that books it at most once."""

import re
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Product
from inventory_site.web.quantity import format_quantity
from inventory_site.web.texts import readable
from inventory_site.web.zones import day_in
from stock.errors import Refused
from stock.forms.found import look_up, raised, wrong_code
from stock.forms.heads import AdjustHeadForm, HeadForm, ShipHeadForm, TransferHeadForm
from stock.forms.lines import (
    AdjustLineForm,
    LineForm,
    LotOnRecord,
    MoveLineForm,
    ReceiveLineForm,
    ShipLineForm,
    TransferLineForm,
)
from stock.forms.sent_key import sent_key
from stock.forms.sheet_lines import SheetLines
from stock.models import Operation, ReasonCode
from stock.queries.lines import Goods, goods_here, known_lots
from stock.services import foresee
from warehouses.models import Location, Warehouse

F = TypeVar("F", bound=LineForm)
H = TypeVar("H", bound=HeadForm)

LINE = re.compile(r"line-([0-9]{1,9})-code")
LONGEST_CODE = 200
ONE = Decimal(1)
# Twice what one operation may have: whoever sends more is refused all the same, at a bounded cost.
MOST_READ = 2000


class Scan(NamedTuple):
    """What became of a code: the line that it added, raised or gave its bin, or else the sentence that says why not."""

    line: LineForm | None
    is_new: bool
    sentence: str
    bin: str = ""


class Sheet(SheetLines[F], Generic[H, F]):
    """Head and lines of one operation; the newest line stands first.

    `sent` is what a person sent: with `booking` it is judged, otherwise only shown again. Looks to templates like a
    formset of its lines.
    """

    kind: ClassVar[Operation.Kind]
    head_class: type[H]
    line_class: type[F]

    def __init__(
        self, warehouse: Warehouse, user: User, sent: QueryDict | None = None, *, booking: bool = False
    ) -> None:
        data = sent if sent is not None else QueryDict()
        self.warehouse = warehouse
        self.today = day_in(warehouse.time_zone, timezone.now())
        self.is_sent = booking
        given = sent_key(data)
        self.key = given or uuid.uuid4()
        self.scan: Scan | None = None
        self.code = data.get("code", "").strip()[:LONGEST_CODE]
        self.wrong: list[str] = []
        if booking and given is None:
            self.wrong.append(
                _("This page was too old to be sent. Nothing was booked; look it over and send it again.")
            )
        initial = {name: data[name] for name in self.head_class.base_fields if name in data}
        self.head: H = self.head_class(data if booking else None, initial=initial, user=user, warehouse=warehouse)
        numbers = (match[1] for match in map(LINE.fullmatch, data) if match)
        self.lines: list[F] = [
            self._line(int(number), _typed(self.line_class, data, number), bound=booking)
            for number in islice(numbers, MOST_READ)
        ]

    def _line(self, number: int, typed: Mapping[str, str], *, bound: bool = False) -> F:
        return self.line_class(number, typed, warehouse=self.warehouse, today=self.today, bound=bound)

    @property
    def has_errors(self) -> bool:
        return bool(self.head.errors or self.total_error_count)

    # What a person does with it.
    def is_valid(self) -> bool:
        """Judge everything that was typed: at most five queries, however many lines."""
        if self.code:
            self.scan = Scan(None, False, _("Add %(code)s first, or clear this field.") % {"code": self.code})
            self.wrong.append(self.scan.sentence)
        self.head.full_clean()
        look_up(self.lines, self.warehouse, self.destination)
        return not self.has_errors

    @property
    def destination(self) -> Warehouse | None:
        """The other warehouse of a transfer, once the head was judged."""
        return getattr(self.head, "cleaned_data", {}).get("destination")

    def add(self, code: str, *, always_new: bool = False) -> Scan:
        """Add a line for a code, or raise the quantity of the product's newest line by what one scan stands for.

        The code of a bin fills in the bin of the newest line. At most seven queries.
        """
        code = readable(code).strip()[:LONGEST_CODE]
        product, pack = Product.by_codes([code]).get(code, (None, ONE))
        sentence = wrong_code(code, product) if code else _("Scan or type a SKU or barcode.")
        if code and product is None and (bin := self.warehouse.locations.with_code(code).first()):
            return self._scanned(self._put_bin(bin))
        if product is None or sentence:
            return self._scanned(Scan(None, False, sentence))
        place = None if always_new else self._newest_of(product)
        if place is None:
            [line] = self._put_first([(product, pack)])
            return self._scanned(Scan(line, True, ""))
        typed = raised(self.lines[place], pack)
        if typed is None:
            sentence = _("Mend the quantity of %(sku)s first, then scan it again.") % {"sku": product.sku}
            return self._scanned(Scan(None, False, sentence))
        self.lines[place] = self._line(self.lines[place].number, typed)
        return self._scanned(Scan(self.lines[place], False, ""))

    def fill(self, codes: Sequence[str]) -> None:
        """Start with a line for each of these codes; at most six queries, however many."""
        found = Product.by_codes(codes)
        unknown = [code for code in codes if wrong_code(code, found.get(code, (None, ONE))[0])]
        self._put_first([found[code] for code in reversed(codes) if code not in unknown])
        if unknown:
            self.code = unknown[0]
            self._scanned(Scan(None, False, wrong_code(self.code, found.get(self.code, (None, ONE))[0])))

    def remove(self, number: str) -> None:
        self.lines = [line for line in self.lines if str(line.number) != number]

    def again(self, number: str) -> Scan | None:
        """Add another line for the product of a line: another bin, or another lot."""
        code = next((line.typed["code"] for line in self.lines if str(line.number) == number), "")
        return self.add(code, always_new=True) if code else None

    def _put_bin(self, bin: Location) -> Scan:
        if not self.lines:
            return Scan(None, False, _("%(bin)s is a bin. Scan a product first, then its bin.") % {"bin": bin.code})
        newest = self.lines[0]
        here = [name for name, side in newest.bins.items() if side == "here"]
        # Where a line has two bins, the second scan names the second one.
        name = next((name for name in here if not newest.typed.get(name, "").strip()), here[-1])
        name = newest.taken_from if len(here) == 1 else name
        self.lines[0] = self._line(newest.number, {**newest.typed, name: bin.code})
        return Scan(self.lines[0], False, "", bin.code)

    def _scanned(self, scan: Scan) -> Scan:
        self.scan = scan
        if scan.line is not None:
            self.code = ""
        return scan

    def _newest_of(self, product: Product) -> int | None:
        keys = [line.typed.get("code", "").strip().upper() for line in self.lines]
        return keys.index(product.sku_key) if product.sku_key in keys else None

    def _put_first(self, found: Sequence[tuple[Product, Decimal]]) -> list[F]:
        number = max((line.number for line in self.lines), default=-1) + 1
        goods = goods_here([product.pk for product, _pack in found], self.warehouse)
        default_bin = self._default_bin() if found else ""
        for place, (product, pack) in enumerate(found):
            here = goods[product.pk]
            typed = {"code": product.sku, "quantity": format_quantity(pack)}
            typed |= self.line_class.suggestion(product, here, default_bin, self.today)
            line = self._line(number + place, typed)
            line.product, line.goods = product, here
            self.lines.insert(0, line)
        return self.lines[: len(found)]

    def _default_bin(self) -> str:
        bins = Location.objects.filter(warehouse=self.warehouse, is_default=True)
        return bins.values_list("code", flat=True).first() or ""

    def look(self, number: str) -> list[F]:
        """Say anew what a line shows while it is filled in; return it and the lines that share goods with it, dressed.

        At most six queries.
        """
        line = next((line for line in self.lines if str(line.number) == number), None)
        if line is None:
            return []
        self.dress([line])
        return self.kin(line)

    def kin(self, line: LineForm) -> list[F]:
        """Return the lines of the same product, this one among them, in their order."""
        if line.product is None:
            return []
        same = line.product.sku_key
        return [each for each in self.lines if each is line or each.typed.get("code", "").strip().upper() == same]

    def dress(self, lines: Sequence[LineForm] | None = None) -> None:
        """Give these lines (all, unless some are named) what they show beside their fields: at most six queries."""
        dressed = self.lines if lines is None else lines
        bare = [line for line in dressed if line.goods is None]
        if unknown := [line for line in bare if line.product is None and not line.is_bound]:
            look_up(unknown, self.warehouse, None)
        goods = goods_here({line.product.pk for line in bare if line.product}, self.warehouse)
        for line in bare:
            line.goods = goods[line.product.pk] if line.product else Goods()
        for line in [line for line in dressed if lines is not None and line.product]:
            for other in self.kin(line):
                other.product, other.goods = line.product, line.goods
        self._inform([line for line in self.lines if line.goods is not None])

    def _inform(self, lines: Sequence[F]) -> None:
        """Say what these lines will take, where they do, or what else follows from what is typed in them."""
        if not self.line_class.foresees:
            return
        asked = [(line, wanted) for line in lines if (wanted := line.wanted)]
        head = self.head.data if self.head.is_bound else self.head.initial
        found = foresee(
            warehouse=self.warehouse,
            lines=[wanted for _, wanted in asked],
            goods={line.product.pk: line.goods for line, _ in asked if line.product and line.goods},
            today=self.today,
            lot_reason=head.get("lot_reason", ""),
        )
        for (line, _wanted), foreseen in zip(asked, found, strict=True):
            line.foreseen = foreseen

    def warnings(self) -> list[str]:
        """Say what a person should know about what was just booked, though nothing was wrong with it."""
        return []

    @property
    def sound(self) -> list[F]:
        """The lines without errors, which the service can judge: all of them, where the sheet is valid."""
        return [line for line in self.lines if not line.errors]

    @property
    def can_be_judged(self) -> bool:
        """Whether the service can say more about a sheet that was judged here: its head is right, and some line is."""
        return not self.head.errors and (bool(self.sound) or not self.has_errors)

    def refuse(self, refused: Refused) -> None:
        """Put every problem that the service named, of the lines that were sound, beside the field it speaks of."""
        sound = self.sound
        for problem in refused.problems:
            form: LineForm | HeadForm = self.head if problem.line is None else sound[problem.line]
            if problem.field not in form.fields and problem.field in self.head.fields:
                form = self.head
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)


AnySheet = Sheet[Any, Any]


class ReceiveSheet(Sheet[HeadForm, ReceiveLineForm]):
    kind = Operation.Kind.RECEIVE
    head_class, line_class = HeadForm, ReceiveLineForm

    def _inform(self, lines: Sequence[ReceiveLineForm]) -> None:
        lots = {line.number: (line.product.pk, line.typed_lot) for line in lines if line.product}
        known = known_lots({lot for lot in lots.values() if lot[1]})
        for line in lines:
            lot = lots.get(line.number)
            line.record = LotOnRecord(known[lot]) if lot in known else None

    def warnings(self) -> list[str]:
        """Name the lots that came in expired, by what is on record now. One query."""
        lots = {(line.product.pk, line.typed_lot): line.product.sku for line in self.lines if line.product}
        known = known_lots({lot for lot in lots if lot[1]})
        said = _("Lot %(lot)s of %(sku)s has expired already: it will not ship. It leaves by Adjust, reason Expired.")
        expired = [lot for lot, day in known.items() if day is not None and day < self.today]
        return [said % {"lot": number, "sku": lots[product, number]} for product, number in sorted(expired)]


class ShipSheet(Sheet[ShipHeadForm, ShipLineForm]):
    kind = Operation.Kind.SHIP
    head_class, line_class = ShipHeadForm, ShipLineForm


class MoveSheet(Sheet[HeadForm, MoveLineForm]):
    kind = Operation.Kind.MOVE
    head_class, line_class = HeadForm, MoveLineForm


class TransferSheet(Sheet[TransferHeadForm, TransferLineForm]):
    """Goods for another warehouse; `way` is what the button asks: send them, keep a draft, or book both ends."""

    kind = Operation.Kind.TRANSFER
    head_class, line_class = TransferHeadForm, TransferLineForm

    def __init__(
        self, warehouse: Warehouse, user: User, sent: QueryDict | None = None, *, booking: bool = False
    ) -> None:
        super().__init__(warehouse, user, sent, booking=booking)
        self.way = sent.get("way", "send") if sent is not None else "send"

    def is_valid(self) -> bool:
        super().is_valid()
        if self.way == "both":
            self.head.refuse_both()
        return not self.has_errors


class AdjustSheet(Sheet[AdjustHeadForm, AdjustLineForm]):
    kind = Operation.Kind.ADJUST
    head_class, line_class = AdjustHeadForm, AdjustLineForm

    def is_valid(self) -> bool:
        super().is_valid()
        reason: ReasonCode | None = self.head.cleaned_data.get("reason")
        if reason is not None:
            signs = {ReasonCode.Direction.IN.value: 1, ReasonCode.Direction.OUT.value: -1}
            for line in self.lines:
                line.direct(signs.get(reason.direction, 0))
        return not self.has_errors


SHEETS: dict[str, type[AnySheet]] = {
    sheet.kind.value: sheet for sheet in (ReceiveSheet, ShipSheet, MoveSheet, TransferSheet, AdjustSheet)
}


def _typed(line_class: type[LineForm], data: QueryDict, number: str) -> dict[str, str]:
    return {name: data.get(f"line-{number}-{name}", "") for name in line_class.base_fields}
