"""The thresholds of one product in one warehouse."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Product
from inventory_site.web.forms import PlainDecimalField
from inventory_site.web.quantity import format_quantity


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
