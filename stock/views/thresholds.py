"""Setting the thresholds of many products at once."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from catalog.models import Product
from inventory_site.web.access import role
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, Refused
from stock.forms.filters import ProductFilter
from stock.forms.thresholds import ManyThresholdsForm
from stock.queries.thresholds import Change
from stock.services.thresholds import MOST_PAIRS
from stock.views.answers import stopped
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for

# More changes than these are shown before they are made; of any number so many rows are shown.
MOST_UNSEEN, MOST_SHOWN, MOST_NAMED = 50, 50, 20
FILTERS = ("q", "category", "state", "status", "warehouse")


@role("manager")
@limited("search")
@require_http_methods(["GET", "HEAD", "POST"])
def many_thresholds(request: StaffRequest) -> HttpResponse:
    """Set thresholds of the products that were chosen on the list, or of all that its filter finds."""
    managed = Warehouse.objects.for_user(request.user, "manage").open()
    asked = request.POST if request.method == "POST" else request.GET
    products = _products(request, asked)
    # The list sends what was chosen: an address could not hold that many.
    form = ManyThresholdsForm(request.POST if "low_way" in request.POST else None, managed=managed)
    if not products or not form.is_valid():
        return _page(request, form, products, asked)
    lines = form.lines(products)
    try:
        changes = [change for change in services.preview_thresholds(lines=lines) if change.changes]
        if "preview" in request.POST or (len(changes) > MOST_UNSEEN and form.cleaned_data["confirmed"] != len(changes)):
            return _page(request, form, products, asked, changes)
        count = services.set_many_thresholds(lines=lines, by=request.user)
    except Refused as refused:
        return _page(request, form, products, asked, errors=[problem.message for problem in refused.problems])
    except Busy as error:
        return stopped(request, error)
    said = ngettext("Thresholds of %(count)d level changed.", "Thresholds of %(count)d levels changed.", count)
    messages.success(request, said % {"count": count})
    return redirect("stock:product-list")


def _products(request: StaffRequest, asked: QueryDict) -> list[Product]:
    """Return the products that were chosen, or all that the list's filter finds: one more than may be changed."""
    if "all" not in asked:
        keys = [int(key) for key in asked.getlist("product") if key.isascii() and key.isdigit() and len(key) < 19]
        return list(Product.objects.filter(pk__in=keys[:MOST_PAIRS]).order_by("sku_key"))
    code = asked.get("warehouse", "")
    visible = list(Warehouse.objects.for_user(request.user, "view").open())
    places = [warehouse_for(request, "view", code)] if code else visible
    found = ProductFilter(asked, Product.objects.all(), warehouses=places).qs
    return list(found.order_by("sku_key")[: MOST_PAIRS + 1])


def _page(
    request: StaffRequest,
    form: ManyThresholdsForm,
    products: Sequence[Product],
    asked: QueryDict,
    changes: Sequence[Change] | None = None,
    errors: Sequence[str] = (),
) -> HttpResponse:
    if not products:
        errors = [_("Choose at least one product on the list first.")]
    if len(errors) > MOST_NAMED:
        rest = _("%(count)d more products or warehouses.") % {"count": len(errors) - MOST_NAMED}
        errors = [*errors[:MOST_NAMED], rest]
    wanted = ("all", *FILTERS) if "all" in asked else ("product",)
    context = {
        "form": form,
        "products": products,
        "changes": changes,
        "shown": (changes or [])[:MOST_SHOWN],
        "errors": errors,
        "kept": [(name, value) for name in wanted for value in asked.getlist(name) if value],
    }
    return render(request, "stock/many_thresholds.html", context, status=422 if errors or form.errors else 200)
