"""The lines of an operation as a person types them. Codes and bins of all lines are looked up together."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Product
from inventory_site.web.quantity import QuantityError, format_quantity, parse_quantity
from inventory_site.web.texts import readable, refuse_hidden_characters
from stock.forms.found import FoundBins, Side, wrong_code
from stock.queries.lines import Goods
from stock.services import AdjustLine, Foreseen, MoveLine, ReceiveLine, ShipLine, TransferLine, Wanted
from warehouses.models import Warehouse

ADD, TAKE = "add", "take"
FIRST_EXPIRED, ANY_BIN = gettext_lazy("First to expire"), gettext_lazy("Any bin")
DEFAULT_BIN = gettext_lazy("Default bin")
AS_TYPED: dict[str, str] = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def bin_field(label: Any, *, otherwise: Any = None) -> forms.CharField:
    """Make the field of a bin; `otherwise` says what counts where it is left empty, None where it may not be."""
    return forms.CharField(
        label=label,
        max_length=30,
        required=otherwise is None,
        widget=forms.TextInput(attrs=AS_TYPED if otherwise is None else {**AS_TYPED, "placeholder": otherwise}),
        error_messages={"required": gettext_lazy("Enter a bin.")},
    )


def lot_field(*, otherwise: Any = None) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Lot"),
        max_length=40,
        required=False,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput(attrs=AS_TYPED if otherwise is None else {**AS_TYPED, "placeholder": otherwise}),
    )


class LotOnRecord(NamedTuple):
    """A lot that is known already, with its expiry; None where it never expires."""

    expires_on: date | None


class LineForm(forms.Form):
    """One line of an operation; its quantity is in the product's unit, whatever code named the product.

    `look_up` must have seen it before it is asked for its product. Unbound it shows what was typed and no errors.
    """

    # In which warehouse the bin of each field lies: the one worked in, or the one goods go to.
    bins: ClassVar[dict[str, Side]] = {}
    # The field that a tap on "A-03-2 · 482" fills.
    taken_from: ClassVar[str] = "location"
    # Whether the tap fills in the lot too: where the line says which lot is taken.
    fills_lot: ClassVar[bool] = False
    # Whether the line says beforehand what it will take.
    foresees: ClassVar[bool] = False

    code = forms.CharField(
        label=gettext_lazy("SKU or barcode"),
        max_length=80,
        widget=forms.TextInput(attrs=AS_TYPED),
        error_messages={"required": gettext_lazy("Enter a SKU or barcode.")},
    )
    quantity = forms.CharField(label=gettext_lazy("Quantity"), required=False)

    product: Product | None = None
    goods: Goods | None = None
    foreseen: Foreseen | None = None

    def __init__(
        self, number: int, typed: Mapping[str, str], *, warehouse: Warehouse, today: date, bound: bool
    ) -> None:
        self.number = number
        self.typed = typed
        self.warehouse, self.today = warehouse, today
        prefix = f"line-{number}"
        data = {f"{prefix}-{name}": text for name, text in typed.items()} if bound else None
        super().__init__(data, prefix=prefix, initial=None if bound else dict(typed))

    @property
    def quantity_given(self) -> Decimal:
        """The quantity that was typed, signed where the line is; only for a line without errors."""
        quantity: Decimal = self.cleaned_data["quantity"]
        return quantity

    @property
    def watches(self) -> bool:
        """Whether the line says something that may change while it is filled in."""
        return self.foresees and self.product is not None

    @property
    def wanted(self) -> Wanted | None:
        """What the line would take as it is typed; None where nobody knows its product or can read its quantity."""
        if self.product is None:
            return None
        try:
            quantity = parse_quantity(self.typed.get("quantity", ""), decimals=self.product.unit.decimals)
        except QuantityError:
            return None
        bin = self.typed.get(self.taken_from, "").strip()
        return Wanted(product=self.product, quantity=quantity, bin=bin, lot_number=self.typed_lot)

    @property
    def typed_lot(self) -> str:
        return readable(self.typed.get("lot_number", "")).strip()

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The buttons that raise the quantity: fixed steps, then the product's packs."""
        packs = [
            {"label": _("Pack of %(quantity)s") % {"quantity": format_quantity(pack)}, "quantity": pack}
            for pack in (self.goods.packs if self.goods else [])
        ]
        return [{"label": "+5", "quantity": "5"}, {"label": "+10", "quantity": "10"}, *packs]

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        """The fields below the quantity that this product needs, or that something is wrong with."""
        return [self[name] for name in self.fields if name not in ("code", "quantity", "way") and self._is_shown(name)]

    def _is_shown(self, name: str) -> bool:
        if name not in ("lot_number", "expires_on"):
            return True
        tracked = self.product is not None and self.product.tracks_lots
        return tracked or bool(self.typed.get(name)) or (self.is_bound and name in self.errors)

    def settle(self, products: Mapping[str, tuple[Product, Decimal]], bins: FoundBins) -> None:
        """Put the product, the bins and the quantity in place of what was typed, or say what is wrong with it."""
        self.product = products.get(self.typed.get("code", ""), (None, None))[0]
        if not self.is_bound:
            return
        if "code" in self.cleaned_data and (sentence := wrong_code(self.typed["code"], self.product)):
            self.add_error("code", sentence)
        for name, side in self.bins.items():
            if typed := self.cleaned_data.get(name):
                found = bins.find(side, typed)
                if found is None:
                    words = {"warehouse": bins.name(side), "bin": typed}
                    self.add_error(name, _("%(warehouse)s has no bin %(bin)s.") % words)
                self.cleaned_data[name] = found
            elif name in self.cleaned_data:
                self.cleaned_data[name] = None
        if "quantity" in self.cleaned_data:
            self._read_quantity()

    def _read_quantity(self) -> None:
        decimals = self.product.unit.decimals if self.product else 3
        try:
            quantity = parse_quantity(self.cleaned_data["quantity"], decimals=decimals)
        except QuantityError as error:
            self.add_error("quantity", str(error))
        else:
            self.cleaned_data["quantity"] = quantity

    @classmethod
    def suggestion(cls, product: Product, goods: Goods, default_bin: str, today: date) -> dict[str, str]:
        """Return what a new line starts with, beside its code and quantity."""
        return {}


class ReceiveLineForm(LineForm):
    """Goods that come in; the expiry of a new lot is suggested from the product's shelf life."""

    bins: ClassVar[dict[str, Side]] = {"location": "here"}

    location = bin_field(gettext_lazy("Into bin"), otherwise=DEFAULT_BIN)
    lot_number = lot_field()
    expires_on = forms.DateField(
        label=gettext_lazy("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the date like 2027-03-31.")},
    )

    record: LotOnRecord | None = None

    @property
    def watches(self) -> bool:
        return self.product is not None and self.product.tracks_lots

    @property
    def suggests(self) -> bool:
        """Whether the expiry is still the one that was suggested, of a lot that nobody knows yet."""
        suggested = fresh_until(self.product, self.today) if self.product else None
        return suggested is not None and self.record is None and self.typed.get("expires_on") == suggested.isoformat()

    @property
    def has_expired(self) -> bool:
        """Whether what is typed, or on record, says that these goods have expired already."""
        return (self.record.expires_on or self.today) < self.today if self.record else self._typed_day() < self.today

    def _typed_day(self) -> date:
        try:
            return date.fromisoformat(self.typed.get("expires_on", ""))
        except ValueError:
            return self.today

    def line(self) -> ReceiveLine:
        assert self.product is not None
        return ReceiveLine(
            product=self.product,
            quantity=self.quantity_given,
            location=self.cleaned_data["location"],
            lot_number=self.cleaned_data["lot_number"],
            expires_on=(day := self.cleaned_data["expires_on"]),
            expiry_suggested=day is not None and day == fresh_until(self.product, self.today),
        )

    @classmethod
    def suggestion(cls, product: Product, goods: Goods, default_bin: str, today: date) -> dict[str, str]:
        day = fresh_until(product, today)
        return {
            "location": goods.largest_place.bin if goods.largest_place else default_bin,
            "expires_on": day.isoformat() if day else "",
        }


def fresh_until(product: Product, today: date) -> date | None:
    """Return the expiry that a lot received today has by the product's shelf life; None where it says nothing."""
    if not product.tracks_lots or product.shelf_life_days is None:
        return None
    try:
        return today + timedelta(days=product.shelf_life_days)
    except OverflowError:
        return None


class ShipLineForm(LineForm):
    bins: ClassVar[dict[str, Side]] = {"location": "here"}
    fills_lot: ClassVar[bool] = True
    foresees: ClassVar[bool] = True

    location = bin_field(gettext_lazy("From bin"), otherwise=ANY_BIN)
    lot_number = lot_field(otherwise=FIRST_EXPIRED)

    def line(self) -> ShipLine:
        assert self.product is not None
        return ShipLine(
            product=self.product,
            quantity=self.quantity_given,
            location=self.cleaned_data["location"],
            lot_number=self.cleaned_data["lot_number"],
        )


class MoveLineForm(LineForm):
    fills_lot: ClassVar[bool] = True
    bins: ClassVar[dict[str, Side]] = {"source": "here", "destination": "here"}
    taken_from: ClassVar[str] = "source"

    source = bin_field(gettext_lazy("From bin"))
    destination = bin_field(gettext_lazy("Into bin"))
    lot_number = lot_field(otherwise=FIRST_EXPIRED)

    def line(self) -> MoveLine:
        assert self.product is not None
        return MoveLine(
            product=self.product,
            quantity=self.quantity_given,
            source=self.cleaned_data["source"],
            destination=self.cleaned_data["destination"],
            lot_number=self.cleaned_data["lot_number"],
        )

    @classmethod
    def suggestion(cls, product: Product, goods: Goods, default_bin: str, today: date) -> dict[str, str]:
        return {"source": goods.only_place.bin if goods.only_place else ""}


class TransferLineForm(LineForm):
    bins: ClassVar[dict[str, Side]] = {"source": "here", "destination": "there"}
    taken_from: ClassVar[str] = "source"
    fills_lot: ClassVar[bool] = True
    foresees: ClassVar[bool] = True

    source = bin_field(gettext_lazy("From bin"), otherwise=ANY_BIN)
    lot_number = lot_field(otherwise=FIRST_EXPIRED)
    destination = bin_field(gettext_lazy("Into bin, if already there"), otherwise=DEFAULT_BIN)

    def line(self) -> TransferLine:
        assert self.product is not None
        return TransferLine(
            product=self.product,
            quantity=self.quantity_given,
            source=self.cleaned_data["source"],
            destination=self.cleaned_data["destination"],
            lot_number=self.cleaned_data["lot_number"],
        )


class AdjustLineForm(LineForm):
    """A correction: the quantity is typed without a sign; `way` counts where the reason may go either way."""

    bins: ClassVar[dict[str, Side]] = {"location": "here"}
    fills_lot: ClassVar[bool] = True

    way = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        choices=[(ADD, gettext_lazy("Add")), (TAKE, gettext_lazy("Take away"))],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("Choose Add or Take away.")},
    )
    location = bin_field(gettext_lazy("Bin"))
    lot_number = lot_field()

    def line(self) -> AdjustLine:
        assert self.product is not None
        return AdjustLine(
            product=self.product,
            quantity=self.quantity_given,
            location=self.cleaned_data["location"],
            lot_number=self.cleaned_data["lot_number"],
        )

    def direct(self, sign: int) -> None:
        """Give the quantity its sign: the reason's (1 or -1), or where that is 0 the one that the person chose."""
        if not sign:
            chosen = self.cleaned_data.get("way")
            if not chosen and "way" not in self.errors:
                self.add_error("way", _("Choose Add or Take away."))
            sign = -1 if chosen == TAKE else 1
        if isinstance(quantity := self.cleaned_data.get("quantity"), Decimal):
            self.cleaned_data["quantity"] = sign * quantity

    @classmethod
    def suggestion(cls, product: Product, goods: Goods, default_bin: str, today: date) -> dict[str, str]:
        if place := goods.only_place:
            lots = {part.lot for part in goods.lying}
            return {"location": place.bin, "lot_number": place.lot if len(lots) == 1 else ""}
        return {"location": "" if goods.lying else default_bin}
