"""The thresholds of one product in one warehouse."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Product
from inventory_site.web.forms import PlainDecimalField, PlainIntegerField
from inventory_site.web.quantity import format_quantity
from stock.queries.thresholds import Figure, Keep
from stock.services import ThresholdLine
from warehouses.models import Warehouse

if TYPE_CHECKING:
    WarehousesField = forms.ModelMultipleChoiceField[Warehouse]
else:
    # Generic for the type checker alone.
    WarehousesField = forms.ModelMultipleChoiceField

LEAVE, SET, DEFAULT = "leave", "set", "default"
WAYS = [
    (LEAVE, gettext_lazy("Leave as it is")),
    (SET, gettext_lazy("Set to the figure")),
    (DEFAULT, gettext_lazy("Back to the product's default")),
]


class ThresholdsForm(forms.Form):
    """Low and high in the product's unit; an empty field leaves it to the product's default."""

    low = PlainDecimalField(label=gettext_lazy("Low threshold"), required=False)
    high = PlainDecimalField(label=gettext_lazy("High threshold"), required=False)

    def __init__(self, *args: Any, product: Product, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product = product
        for name, default in (("low", product.low_threshold), ("high", product.high_threshold)):
            self.fields[name] = PlainDecimalField(
                label=self.fields[name].label,
                required=False,
                decimal_places=product.unit.decimals,
                max_digits=14,
                help_text=self._hint(default),
            )

    def _hint(self, default: Decimal | None) -> str:
        if default is None:
            return _("Leave it empty for none.")
        return _("Leave it empty for %(default)s %(unit)s, the default of the product.") % {
            "default": format_quantity(default),
            "unit": self.product.unit.code,
        }

    def clean(self) -> dict[str, Any]:
        """Refuse thresholds of which the low one in force would not be below the high one in force."""
        asked = self.cleaned_data
        if self.errors:
            return asked
        low = self.product.low_threshold if asked["low"] is None else asked["low"]
        high = self.product.high_threshold if asked["high"] is None else asked["high"]
        if low is not None and high is not None and low >= high:
            if asked["high"] is not None:
                self.add_error("high", _("Enter more than %(low)s, the low threshold.") % {"low": format_quantity(low)})
            else:
                words = {"high": format_quantity(high)}
                self.add_error("low", _("Enter less than %(high)s, the high threshold.") % words)
        return asked


class Warehouses(WarehousesField):
    def label_from_instance(self, obj: Warehouse) -> str:
        return obj.name


class ManyThresholdsForm(forms.Form):
    """What becomes of low and high of many products in some of the warehouses that the person manages.

    `confirmed` says how many changes the person has seen before they were made.
    """

    warehouses = Warehouses(
        label=gettext_lazy("Warehouses"),
        queryset=Warehouse.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one warehouse."),
            "invalid_choice": gettext_lazy("You do not manage this warehouse. Choose others."),
        },
    )
    low_way = forms.ChoiceField(label=gettext_lazy("Low threshold"), choices=WAYS, initial=LEAVE)
    low = PlainDecimalField(
        label=gettext_lazy("Low, in each product's unit"), required=False, max_digits=10, decimal_places=3
    )
    high_way = forms.ChoiceField(label=gettext_lazy("High threshold"), choices=WAYS, initial=LEAVE)
    high = PlainDecimalField(
        label=gettext_lazy("High, in each product's unit"), required=False, max_digits=10, decimal_places=3
    )
    confirmed = PlainIntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, managed: QuerySet[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["warehouses"]
        assert isinstance(field, Warehouses)
        field.queryset = managed

    def clean(self) -> dict[str, Any]:
        """Refuse a change of nothing, a figure that is missing, and low not below high."""
        asked = self.cleaned_data
        ways = [asked.get("low_way"), asked.get("high_way")]
        if ways == [LEAVE, LEAVE]:
            self.add_error("low_way", _("Choose what to change: the low threshold, the high one or both."))
        for name in ("low", "high"):
            if asked.get(f"{name}_way") == SET and asked.get(name) is None and name not in self.errors:
                self.add_error(name, _("Enter a figure."))
        low, high = asked.get("low"), asked.get("high")
        if ways == [SET, SET] and low is not None and high is not None and low >= high:
            self.add_error("high", _("Enter more than %(low)s, the low threshold.") % {"low": format_quantity(low)})
        return asked

    def lines(self, products: Sequence[Product]) -> list[ThresholdLine]:
        """Return a line for every product in every warehouse that was chosen; only for a form without errors."""
        low, high = self._figure("low"), self._figure("high")
        return [
            ThresholdLine(product=product, warehouse=warehouse, low=low, high=high)
            for product in products
            for warehouse in self.cleaned_data["warehouses"]
        ]

    def _figure(self, name: str) -> Figure:
        way, figure = self.cleaned_data[f"{name}_way"], self.cleaned_data[name]
        if way == LEAVE:
            return Keep.AS_IT_IS
        given: Decimal | None = figure if way == SET else None
        return given
