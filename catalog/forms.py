"""What people type about products, categories and units."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Category, Product, Unit
from catalog.queries import codes_of_others, sku_as_barcode_of
from inventory_site.web.codes import normalise_code
from inventory_site.web.forms import PlainDecimalField, PlainIntegerField, PositiveDecimalField, SavingForm
from inventory_site.web.pictures import PhotoField
from inventory_site.web.texts import refuse_hidden_characters

COUNTED_IN_THE_UNIT = ("low_threshold", "high_threshold", "order_pack")


def too_fine(value: Decimal, unit: Unit) -> str:
    """Return what is wrong with a quantity that the unit cannot count, "" where it can."""
    if value % unit.smallest_step == 0:
        return ""
    if unit.decimals == 0:
        return _("%(unit)s is counted in whole numbers. Write it without a point.") % {"unit": unit}
    return ngettext(
        "%(unit)s is counted with one digit after the point.",
        "%(unit)s is counted with at most %(decimals)d digits after the point.",
        unit.decimals,
    ) % {"unit": unit, "decimals": unit.decimals}


class BarcodeForm(forms.Form):
    """One barcode of a product, and how many one scan of it stands for."""

    code = forms.CharField(
        label=gettext_lazy("Barcode"),
        max_length=80,
        error_messages={"required": gettext_lazy("Scan or type the barcode, or take this row away.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    pack_quantity = PositiveDecimalField(
        label=gettext_lazy("One scan is"),
        decimal_places=3,
        initial=Decimal(1),
        error_messages={"required": gettext_lazy("Enter how many one scan of it stands for.")},
    )

    def clean_code(self) -> str:
        refuse_hidden_characters(self.cleaned_data["code"])
        return normalise_code(self.cleaned_data["code"])


BarcodeFormSet = forms.formset_factory(
    BarcodeForm, extra=0, can_delete=True, max_num=100, absolute_max=110, validate_max=True
)


class ProductForm(SavingForm[Product]):
    """A product with all of its barcodes (`barcodes`, a formset of its own below the product's fields).

    `seen` carries `Product.updated` as it was when the form was opened, so that nobody overwrites unseen changes.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Product
        fields = (
            "sku",
            "name",
            "description",
            "category",
            "unit",
            "low_threshold",
            "high_threshold",
            "unit_cost",
            "tracks_lots",
            "shelf_life_days",
            "lead_time_days",
            "lead_time_deviation_days",
            "order_pack",
        )
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {
            "low_threshold": PlainDecimalField,
            "high_threshold": PlainDecimalField,
            "unit_cost": PlainDecimalField,
            "lead_time_days": PlainDecimalField,
            "lead_time_deviation_days": PlainDecimalField,
            "order_pack": PositiveDecimalField,
            "shelf_life_days": PlainIntegerField,
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "sku": forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
            ),
            "description": forms.Textarea(attrs={"rows": 3}),
            "shelf_life_days": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        }
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "sku": {"required": gettext_lazy("Enter the SKU.")},
            "name": {"required": gettext_lazy("Enter the name.")},
            "unit": {"required": gettext_lazy("Choose the unit in which it is counted.")},
            "shelf_life_days": {"invalid": gettext_lazy("Enter a whole number of days.")},
        }

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        product: Product,
        typed: Mapping[str, Any] | None = None,
        rows: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(data, instance=product, initial={"seen": stamp(product), **(typed or {})})
        held = list(product.barcodes.values("code", "pack_quantity")) if rows is None and product.pk else rows
        self.barcodes = BarcodeFormSet(data, prefix="barcodes", initial=held)
        self.barcodes.extra = 1 if typed or not held else 0
        self.fields["category"].empty_label = _("No category")  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = lambda unit: f"{unit.code} · {unit.name}"  # type: ignore[attr-defined]

    @classmethod
    def with_one_more_row(cls, data: Mapping[str, Any], *, product: Product) -> Self:
        """Return the form as it was typed, unchecked, with one more empty row for a barcode."""
        rows = [
            {name: row[name].value() for name in ("code", "pack_quantity")}
            for row in BarcodeFormSet(data, prefix="barcodes").forms
            if row["code"].value() and not row["DELETE"].value()
        ]
        return cls(product=product, typed={name: data.get(name) for name in cls.base_fields}, rows=rows)

    @property
    def seen_at(self) -> datetime | None:
        return parse_seen(self.cleaned_data["seen"])

    @property
    def wanted_barcodes(self) -> dict[str, Decimal]:
        """The barcodes to have, code to pack quantity."""
        return {row.cleaned_data["code"]: row.cleaned_data["pack_quantity"] for row in self._rows()}

    def is_valid(self) -> bool:
        # The product's own check reads the rows, so both are asked whatever the first says.
        return all([super().is_valid(), self.barcodes.is_valid()])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        unit = cleaned.get("unit")
        for name in COUNTED_IN_THE_UNIT:
            if unit and cleaned.get(name) and (wrong := too_fine(cleaned[name], unit)):
                self.add_error(name, wrong)
        self._clean_rows(unit)
        if (sku := cleaned.get("sku")) and (owner := sku_as_barcode_of(sku, self.instance)):
            self.add_error("sku", _("This is a barcode of %(sku)s.") % {"sku": owner})
        return cleaned

    def _rows(self) -> list[forms.Form]:
        self.barcodes.is_valid()
        return [
            row
            for row in self.barcodes.forms
            if not row.cleaned_data.get("DELETE") and {"code", "pack_quantity"} <= row.cleaned_data.keys()
        ]

    def _clean_rows(self, unit: Unit | None) -> None:
        rows = self._rows()
        typed = {row["code"].value().strip() for row in rows}
        taken = codes_of_others(typed | {row.cleaned_data["code"] for row in rows}, self.instance)
        before: set[str] = set()
        for row in rows:
            code = row.cleaned_data["code"]
            if owner := taken.get(code) or taken.get(row["code"].value().strip()):
                row.add_error("code", _("%(sku)s has this code already.") % {"sku": owner})
            elif code in before:
                row.add_error("code", _("This barcode stands in another row already."))
            if unit and (wrong := too_fine(row.cleaned_data.get("pack_quantity") or Decimal(0), unit)):
                row.add_error("pack_quantity", wrong)
            before.add(code)


def stamp(product: Product) -> str:
    """Return the moment of the last change as the form carries it, "" for a new product."""
    return product.updated.isoformat() if product.pk else ""


def parse_seen(text: str) -> datetime | None:
    """Read a stamp; None for what is none, which no product was ever changed at."""
    try:
        return parse_datetime(text)
    except ValueError:
        return None


class PhotoForm(forms.Form):
    photo = PhotoField(
        label=gettext_lazy("Photo"), help_text=gettext_lazy("A JPEG, PNG or WebP file of at most 15 MB.")
    )


class CategoryForm(SavingForm[Category]):
    class Meta:
        model = Category
        fields = ("name",)
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {"name": {"required": gettext_lazy("Enter the name.")}}


class UnitForm(SavingForm[Unit]):
    class Meta:
        model = Unit
        fields = ("code", "name", "decimals")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"decimals": PlainIntegerField}
        error_messages: ClassVar[dict[str, dict[str, Any]]] = {
            "code": {"required": gettext_lazy("Enter the code.")},
            "name": {"required": gettext_lazy("Enter the name.")},
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "code": gettext_lazy("Short, as it stands beside every quantity: kg."),
            "decimals": gettext_lazy("How finely it is counted: 0 for whole pieces, 3 for kilograms to the gram."),
        }

    def clean_decimals(self) -> int:
        """Let the decimals of a unit in use grow alone: what was counted finely stays countable."""
        decimals: int = self.cleaned_data["decimals"]
        before: int = self.initial.get("decimals", 0)
        if self.instance.pk and decimals < before and self.instance.products.exists():
            raise forms.ValidationError(
                _("Products are counted with %(before)d decimal places already. Enter %(before)d or more.")
                % {"before": before}
            )
        return decimals
