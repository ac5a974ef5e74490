"""What a person may ask of the lists of products and of the ledger. A value that cannot be read is no filter."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, ModelChoiceFilter

from catalog.models import Category, Product, ProductQuerySet
from stock.models import ReasonCode, State, StockTransaction
from stock.queries import transactions
from stock.queries.products import WORST, in_state
from warehouses.models import Warehouse


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ProductFilter(FilterSet):
    """Words, category, state of the level in one of `warehouses`, and archived products instead of those in use."""

    q = CharFilter(method="by_words", max_length=200)
    category = ModelChoiceFilter(queryset=Category.objects.all(), empty_label=gettext_lazy("All"))
    state = ChoiceFilter(method="by_state", choices=[(state.value, state.label) for state in WORST])
    status = ChoiceFilter(
        method="by_status",
        choices=[(Product.Status.ARCHIVED.value, Product.Status.ARCHIVED.label)],
        label=gettext_lazy("Show"),
        empty_label=gettext_lazy("In use"),
    )

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, warehouses: Sequence[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warehouses = warehouses

    def filter_queryset(self, products: ProductQuerySet) -> ProductQuerySet:
        archived = self.form.cleaned_data.get("status")
        found: ProductQuerySet = super().filter_queryset(
            products if archived else products.filter(status=Product.Status.ACTIVE)
        )
        return found

    def by_words(self, products: ProductQuerySet, _name: str, text: str) -> ProductQuerySet:
        return products.search(text)

    def by_state(self, products: ProductQuerySet, _name: str, state: str) -> ProductQuerySet:
        return in_state(products, State(state), self.warehouses)

    def by_status(self, products: ProductQuerySet, name: str, status: str) -> ProductQuerySet:
        return products.filter(status=status)

    @property
    def words(self) -> dict[str, str]:
        """What the chips say: the filters in force that have no control of their own in sight."""
        asked = self.form.cleaned_data
        words = {}
        if asked.get("category"):
            words["category"] = str(asked["category"])
        if asked.get("status"):
            words["status"] = str(Product.Status.ARCHIVED.label)
        return words


class LedgerFilter(FilterSet):
    """The questions that people ask of the ledger of `warehouses`."""

    product = CharFilter(method="by", label=gettext_lazy("SKU"), max_length=40)
    type = ChoiceFilter(
        method="by_type",
        choices=StockTransaction.Type.choices,
        label=gettext_lazy("Type"),
        empty_label=gettext_lazy("All"),
    )
    reason = ModelChoiceFilter(
        method="by",
        queryset=ReasonCode.objects.order_by("name"),
        to_field_name="code",
        label=gettext_lazy("Reason"),
        empty_label=gettext_lazy("All"),
    )
    bin = CharFilter(method="by", label=gettext_lazy("Bin"), max_length=30)
    lot = CharFilter(method="by", label=gettext_lazy("Lot"), max_length=40)
    person = CharFilter(method="by", label=gettext_lazy("Booked by"), max_length=100)
    reference = CharFilter(method="by", label=gettext_lazy("Reference begins with"), max_length=60)
    since = DateFilter(method="by", label=gettext_lazy("From"), widget=Day())
    until = DateFilter(method="by", label=gettext_lazy("To"), widget=Day())

    QUESTIONS: ClassVar[dict[str, Callable[[transactions.Lines, Any, transactions.Places], transactions.Lines]]] = {
        "product": transactions.of_product,
        "bin": transactions.of_bin,
        "lot": transactions.of_lot,
        "reason": transactions.of_reason,
        "person": transactions.of_person,
        "reference": transactions.of_reference,
        "since": transactions.since,
        "until": transactions.until,
    }

    class Meta:
        model = StockTransaction
        fields: tuple[str, ...] = ()

    def __init__(self, data: QueryDict, *, warehouses: Sequence[Warehouse]) -> None:
        super().__init__(data, transactions.ledger_of(warehouses))
        self.warehouses = warehouses

    def by(self, lines: transactions.Lines, name: str, value: Any) -> transactions.Lines:
        return self.QUESTIONS[name](lines, value, self.warehouses)

    def by_type(self, lines: transactions.Lines, _name: str, type_: str) -> transactions.Lines:
        return lines.filter(type=type_)

    @property
    def words(self) -> dict[str, str]:
        """What the chips say. A person asked for by number stays a number: the name is not everybody's to read."""
        asked = {name: value for name, value in self.form.cleaned_data.items() if value}
        if "type" in asked:
            asked["type"] = StockTransaction.Type(asked["type"]).label
        for name in ("since", "until"):
            if name in asked:
                asked[name] = date_format(asked[name], "j M Y")
        said = _("%(filter)s: %(value)s")
        return {name: said % {"filter": self.filters[name].label, "value": value} for name, value in asked.items()}
