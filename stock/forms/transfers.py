"""What arrives of a transfer, and what does not: its lines on the way, each with a quantity."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar, Generic, TypeVar
from uuid import uuid4

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from catalog.models import Product
from inventory_site.web.quantity import LARGEST, format_quantity
from inventory_site.web.texts import readable
from inventory_site.web.zones import day_in
from stock.errors import Refused
from stock.forms.found import FoundBins, Side, wrong_code
from stock.forms.heads import HeadForm, ReasonField
from stock.forms.lines import DEFAULT_BIN, LineForm, bin_field
from stock.forms.sent_key import sent_key
from stock.forms.sheet_lines import SheetLines
from stock.forms.sheets import LONGEST_CODE, ONE, Scan
from stock.models import ReasonCode, Transfer, TransferLine
from stock.queries.lines import Goods, goods_here
from stock.queries.transfers import lines_to_receive
from stock.services import ArriveLine, WriteOffLine
from warehouses.models import Warehouse

ZERO = Decimal(0)
# As many lines as one operation may have; the rest is received after them.
MOST_LINES = 1000
BOARD_LABELS = {"draft": gettext_lazy("Drafts"), "sent": gettext_lazy("On the way"), "done": gettext_lazy("Done")}
DIRECTIONS = {"": gettext_lazy("Both ways"), "in": gettext_lazy("Coming in"), "out": gettext_lazy("Going out")}


class TransitLineForm(LineForm):
    """A line of a transfer that is on the way; nothing typed means that nothing of it is meant."""

    code = None  # type: ignore[assignment]

    def __init__(
        self, line: TransferLine, typed: Mapping[str, str], *, warehouse: Warehouse, today: date, bound: bool
    ) -> None:
        self.source_line = line
        super().__init__(line.pk, typed, warehouse=warehouse, today=today, bound=bound)
        self.product = line.product

    def settle(self, products: Mapping[str, tuple[Product, Decimal]], bins: FoundBins) -> None:
        super().settle({self.typed.get("code", ""): (self.source_line.product, ONE)}, bins)

    def _read_quantity(self) -> None:
        if not self.cleaned_data["quantity"].strip().strip("0.") and "." not in self.cleaned_data["quantity"][1:-1]:
            self.cleaned_data["quantity"] = ZERO
        else:
            super()._read_quantity()


class ArriveLineForm(TransitLineForm):
    bins: ClassVar[dict[str, Side]] = {"location": "here"}

    location = bin_field(gettext_lazy("Into bin"), otherwise=DEFAULT_BIN)

    def line(self) -> ArriveLine:
        location = self.cleaned_data["location"]
        return ArriveLine(line=self.source_line, quantity=self.quantity_given, location=location)


class WriteOffLineForm(TransitLineForm):
    def line(self) -> WriteOffLine:
        return WriteOffLine(line=self.source_line, quantity=self.quantity_given)


class WriteOffHeadForm(HeadForm):
    first: ClassVar[tuple[str, ...]] = ("reason",)

    reason = ReasonField(
        label=gettext_lazy("Reason"),
        queryset=ReasonCode.objects.active().filter(Q(direction="out") | Q(counts_as_loss=True)),
        to_field_name="code",
        empty_label=gettext_lazy("Choose a reason"),
        error_messages={
            "required": gettext_lazy("Choose a reason."),
            "invalid_choice": gettext_lazy("This reason is not in use. Choose another."),
        },
    )


H = TypeVar("H", bound=HeadForm)
L = TypeVar("L", ArriveLineForm, WriteOffLineForm)


class TransitSheet(SheetLines[L], Generic[H, L]):
    """What is on the way of a transfer, each line filled in with all of it, under the key that books it at most once.

    The first scan empties every quantity: from then on the lines hold what was scanned. With `everything` the lines
    hold all that is on the way, whatever was typed. Looks to templates like a formset of its lines.
    """

    head_class: type[H]
    line_class: type[L]

    def __init__(self, transfer: Transfer, user: User, sent: QueryDict | None = None, *, booking: bool = False) -> None:
        data = sent if sent is not None else QueryDict()
        self.transfer, self.warehouse = transfer, transfer.destination
        self.key = sent_key(data) or uuid4()
        self.is_sent = booking
        self.is_scanned = "scanned" in data
        self.scan: Scan | None = None
        self.code = data.get("code", "").strip()[:LONGEST_CODE]
        self.wrong: list[str] = []
        if booking and sent_key(data) is None:
            self.wrong.append(
                _("This page was too old to be sent. Nothing was booked; look it over and send it again.")
            )
        initial = {name: data[name] for name in self.head_class.base_fields if name in data}
        self.head: H = self.head_class(data if booking else None, initial=initial, user=user, warehouse=self.warehouse)
        typed = {int(name[5:-9]) for name in data if name[5:-9].isdecimal() and len(name) < 32 and _is_quantity(name)}
        everything = "everything" in data or not typed
        lines = lines_to_receive(transfer, () if everything else typed, most=MOST_LINES)
        today = day_in(self.warehouse.time_zone, timezone.now())
        self.lines: list[L] = [
            self.line_class(
                line,
                self._typed(line, data, everything=everything),
                warehouse=self.warehouse,
                today=today,
                bound=booking,
            )
            for line in lines
        ]

    def _typed(self, line: TransferLine, data: QueryDict, *, everything: bool) -> dict[str, str]:
        typed = {name: data.get(f"line-{line.pk}-{name}", "") for name in self.line_class.base_fields}
        if everything:
            typed["quantity"] = format_quantity(line.in_transit)
        return {**typed, "code": line.product.sku}

    @property
    def has_errors(self) -> bool:
        return bool(self.head.errors or self.total_error_count)

    # What a person does with it.
    def is_valid(self) -> bool:
        """Judge everything that was typed: at most two queries, however many lines."""
        if self.code:
            self.wrong.append(_("Add %(code)s first, or clear this field.") % {"code": self.code})
        self.head.full_clean()
        bins = FoundBins(self.warehouse, None, self.lines)
        for line in self.lines:
            line.full_clean()
            line.settle({}, bins)
        if not (self.wrong or any(line.errors or line.quantity_given for line in self.lines)):
            self.wrong.append(_("Enter a quantity in at least one line."))
        return not self.has_errors

    @property
    def meant(self) -> list[L]:
        """The lines with a quantity; only of a sheet that is valid."""
        return [line for line in self.lines if line.quantity_given]

    def refuse(self, refused: Refused) -> None:
        """Put every problem that the service named beside the field it speaks of."""
        meant = self.meant
        for problem in refused.problems:
            form = self.head if problem.line is None else meant[problem.line]
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)

    def add(self, code: str) -> None:
        """Count what a code stands for on the first of its product's lines with something left to come; one query."""
        code = readable(code).strip()[:LONGEST_CODE]
        product, pack = Product.by_codes([code]).get(code, (None, ONE))
        lines = [line for line in self.lines if product and line.source_line.product_id == product.pk]
        words = {"transfer": str(self.transfer), "sku": product.sku if product else code}
        if not code or product is None:
            sentence = wrong_code(code, None) if code else _("Scan or type a SKU or barcode.")
        elif not lines:
            sentence = (
                _("Nothing of %(sku)s is on the way in %(transfer)s. Receive it as an adjustment: found.") % words
            )
        else:
            self._count(lines, pack)
            return
        self.scan = Scan(None, False, sentence)

    def _count(self, lines: list[L], pack: Decimal) -> None:
        if not self.is_scanned:
            self.lines = [self._with(line, "0") for line in self.lines]
            lines = [line for line in self.lines if line.source_line.product_id == lines[0].source_line.product_id]
        so_far = [(line, _read(line.typed.get("quantity", ""))) for line in lines]
        fitting = [(line, n) for line, n in so_far if n + pack <= line.source_line.in_transit]
        line, counted = (fitting or so_far[-1:])[0]
        raised = self._with(line, format_quantity(min(counted + pack, LARGEST)))
        self.lines = [raised if each.number == line.number else each for each in self.lines]
        self.scan, self.code = Scan(raised, not self.is_scanned, ""), ""
        self.is_scanned = True

    def _with(self, line: L, quantity: str) -> L:
        typed = {**line.typed, "quantity": quantity}
        changed = self.line_class(line.source_line, typed, warehouse=self.warehouse, today=line.today, bound=False)
        changed.goods = line.goods
        return changed

    def dress(self) -> None:
        """Give the lines their packs and, where nothing is typed yet, the bin that holds most. Three queries."""
        goods = goods_here({line.source_line.product_id for line in self.lines}, self.warehouse)
        for line in self.lines:
            line.goods = goods.get(line.source_line.product_id, Goods())
            if "location" in line.fields and not line.is_bound and not self.is_scanned and not line.typed["location"]:
                place = line.goods.largest_place
                line.initial["location"] = place.bin if place else ""


class ArriveSheet(TransitSheet[HeadForm, ArriveLineForm]):
    head_class, line_class = HeadForm, ArriveLineForm


class WriteOffSheet(TransitSheet[WriteOffHeadForm, WriteOffLineForm]):
    head_class, line_class = WriteOffHeadForm, WriteOffLineForm


def _is_quantity(name: str) -> bool:
    return name.startswith("line-") and name.endswith("-quantity")


def _read(text: str) -> Decimal:
    """Return a quantity that was typed; what nobody can read counts as none: a scan takes its place."""
    try:
        number = Decimal(text.strip() or 0) if len(text) < 20 else ZERO
    except ArithmeticError:
        return ZERO
    return number if number.is_finite() and number >= 0 else ZERO
