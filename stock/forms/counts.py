"""Opening a count: which part of a warehouse, and who counts it."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.functions import Upper
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.queries import people_with
from catalog.models import Category, Product
from inventory_site.web.texts import refuse_hidden_characters
from stock.errors import Refused
from stock.forms.found import bin_key
from stock.forms.lines import AS_TYPED
from stock.models import Count
from warehouses.models import Location, Warehouse

if TYPE_CHECKING:
    CategoryChoiceField = forms.ModelChoiceField[Category]
    PeopleChoiceField = forms.ModelMultipleChoiceField[User]
else:
    # Generic for the type checker alone.
    CategoryChoiceField, PeopleChoiceField = forms.ModelChoiceField, forms.ModelMultipleChoiceField

MOST_NAMED = 500
MOST_AISLES = 10
SEPARATORS = re.compile(r"[\s,;]+")
LIST = forms.Textarea(attrs={**AS_TYPED, "rows": 3})


class PeopleField(PeopleChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.name or obj.email


class AssigneesForm(forms.Form):
    """Who counts: people who may operate in the warehouse."""

    assignees = PeopleField(
        label=gettext_lazy("Who counts"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose who counts."),
            "invalid_choice": gettext_lazy("Somebody you chose may not operate here. Choose others."),
        },
    )

    def __init__(self, *args: Any, warehouse: Warehouse, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warehouse = warehouse
        field = self.fields["assignees"]
        assert isinstance(field, PeopleField)
        field.queryset = people_with("operate", warehouse).order_by("name", "email")

    def refuse(self, refused: Refused) -> None:
        """Put every problem that the service named beside the field it speaks of."""
        for problem in refused.problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)


class OpenCountForm(AssigneesForm):
    """What is counted: bins by their codes or an aisle by how they begin, a category, or products."""

    scope = forms.ChoiceField(
        label=gettext_lazy("Count by"),
        choices=Count.Scope.choices,
        initial=Count.Scope.BINS,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what to count by.")},
    )
    bins = forms.CharField(
        label=gettext_lazy("Bins"),
        required=False,
        max_length=10_000,
        widget=LIST,
        help_text=gettext_lazy("Separate codes with spaces, like A-01 A-02. A-* means every bin that begins with A-."),
    )
    category = CategoryChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        queryset=Category.objects.all(),
        empty_label=gettext_lazy("Choose a category"),
    )
    products = forms.CharField(
        label=gettext_lazy("Products"),
        required=False,
        max_length=50_000,
        widget=LIST,
        help_text=gettext_lazy("Separate SKUs or barcodes with spaces. They are counted in every bin where they lie."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=500,
        required=False,
        validators=[refuse_hidden_characters],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("scope", "bins", "category", "products", "assignees", "note")

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        # A page with a box to tick beside each product sends them one by one.
        if data is not None and len(data.getlist("products")) > 1:
            data = data.copy()
            data["products"] = "\n".join(data.getlist("products"))
        super().__init__(data, *args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Find what was named; at most thirteen queries, however much was named."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        scope = cleaned.get("scope")
        found: dict[str, Any] = {"locations": [], "category": None, "products": []}
        try:
            if scope == Count.Scope.BINS:
                found["locations"] = self._bins(_named(cleaned.get("bins", ""), _("Name at least one bin.")))
            elif scope == Count.Scope.CATEGORY:
                found["category"] = cleaned.get("category")
                if found["category"] is None and "category" not in self.errors:
                    raise ValidationError(_("Choose a category."))
            elif scope == Count.Scope.PRODUCTS:
                found["products"] = self._products(_named(cleaned.get("products", ""), _("Name at least one product.")))
        except ValidationError as error:
            self.add_error(scope, error)
        return {**cleaned, **found}

    def _bins(self, named: Sequence[str]) -> list[Location]:
        aisles = [text[:-1] for text in named if text.endswith("*")]
        if len(aisles) > MOST_AISLES:
            raise ValidationError(_("Name at most %(most)d aisles with a star.") % {"most": MOST_AISLES})
        own = Location.objects.filter(warehouse=self.warehouse)
        keys = [bin_key(text) for text in named if not text.endswith("*")]
        exact = {each.code.upper(): each for each in own.alias(key=Upper("code")).filter(key__in=keys)}
        unknown = [text for text in named if not text.endswith("*") and bin_key(text) not in exact]
        found = {each.pk: each for each in exact.values()}
        for aisle in aisles:
            bins = own.active().with_code_like(aisle)
            found |= {each.pk: each for each in bins}
            unknown += [] if bins else [f"{aisle}*"]
        if unknown:
            words = {"warehouse": self.warehouse.code, "bins": ", ".join(unknown[:10])}
            raise ValidationError(_("%(warehouse)s has no bin %(bins)s.") % words)
        return list(found.values())

    def _products(self, named: Sequence[str]) -> list[Product]:
        hits = Product.by_codes(named)
        if unknown := [text for text in named if text not in hits]:
            words = {"codes": ", ".join(unknown[:10])}
            raise ValidationError(_("No product has the SKU or barcode %(codes)s.") % words)
        return list({product.pk: product for product, _pack in hits.values()}.values())


def _named(text: str, otherwise: str) -> list[str]:
    named = list(dict.fromkeys(part for part in SEPARATORS.split(text.strip()) if part))
    if not named:
        raise ValidationError(otherwise)
    if len(named) > MOST_NAMED:
        raise ValidationError(_("Name at most %(most)d at once.") % {"most": MOST_NAMED})
    return named
