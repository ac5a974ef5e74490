"""The Products list, and the product's page with what is done there."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Product
from inventory_site.web.access import role, signed_in
from inventory_site.web.chips import chips, without
from inventory_site.web.errors import error_page
from inventory_site.web.keyset import KeysetPage, keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, Refused, StillOpen
from stock.forms.filters import ProductFilter
from stock.forms.moments import Moments
from stock.forms.thresholds import ThresholdsForm
from stock.models import State
from stock.queries.as_of import past_places
from stock.queries.holdings import Place, places_of
from stock.queries.products import (
    WORST,
    Listed,
    compared,
    counted,
    has_history,
    own_thresholds,
    with_levels,
    with_past_levels,
)
from stock.queries.transactions import movements_of
from stock.queries.transfers import on_the_way
from warehouses.models import Warehouse, WarehouseQuerySet
from warehouses.queries import warehouse_for

# A list says how many rows it has up to here, and "1,000+" beyond; up to MOST_NAMED it knows them all.
MOST_COUNTED = 1000
MOST_NAMED = 5000
FIGURE = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?")
LAST_MOVEMENTS = 10


@signed_in
@limited("search")
@require_safe
def product_list(request: StaffRequest) -> HttpResponse:
    """Show the products with what is on hand of them, in all of the person's warehouses or in one of these."""
    visible = list(Warehouse.objects.for_user(request.user, "view").open())
    code = request.GET.get("warehouse", "")
    current = warehouse_for(request, "view", code) if code else None
    places = [current] if current else visible
    moments = Moments(request)
    filters = ProductFilter(_asked(request, moments), Product.objects.select_related("unit"), warehouses=places)
    page, count = _page(request, filters)
    asked = filters.form.cleaned_data
    context = {
        "page": page,
        "listed": _listed(page.rows, places, moments),
        "moments": moments,
        "count": count,
        "most": MOST_COUNTED,
        "form": filters.form,
        "asked": asked,
        "states": _states(request, asked.get("state", "")),
        "chips": [*moments.chips, *chips(request, filters.words)],
        "warehouses": visible,
        "current": current,
        "manages": request.user.role != "staff" and not moments.shown,
    }
    return render(request, "stock/product_list.html", context)


def _page(request: StaffRequest, filters: ProductFilter) -> tuple[KeysetPage[Product], int | None]:
    """Return a page of the products and how many there are; not of those in a state: it would judge every level."""
    found = filters.qs
    products, count = (found, None) if filters.form.cleaned_data.get("state") else counted(found, most=MOST_NAMED)
    return keyset_page(products, by="sku_key", after=request.GET.get("after", "")), count


def _asked(request: StaffRequest, moments: Moments) -> QueryDict:
    """Return what is asked of the list; the past has no states to ask for."""
    asked = request.GET.copy()
    if moments.shown:
        asked.pop("state", None)
    return asked


def _listed(products: Sequence[Product], places: Sequence[Warehouse], moments: Moments) -> list[Listed]:
    at, since = moments.shown, moments.since
    rows = with_past_levels(products, places, at) if at else with_levels(products, places)
    return compared(rows, places, since) if since else rows


def _states(request: StaffRequest, asked: str) -> list[dict[str, object]]:
    rest = without(request, "state")
    states: list[tuple[str, str]] = [("", _("All")), *((state.value, str(State(state).label)) for state in WORST)]
    return [
        {"label": label, "href": f"{rest}&state={state}" if state else rest, "current": state == asked}
        for state, label in states
    ]


@signed_in
@require_safe
def product_detail(request: StaffRequest, sku: str) -> HttpResponse:
    """Show a product: what is on hand where, in which bins and lots, its thresholds and its last movements."""
    return _detail(request, _product(sku))


def _product(sku: str) -> Product:
    return get_object_or_404(Product.objects.select_related("unit", "category").with_sku(sku))


def _detail(request: StaffRequest, product: Product, *, status: int = 200, **refused: object) -> HttpResponse:
    """Show the product's page; `refused` is what it says besides of a refusal."""
    viewed, may = Warehouse.objects.for_user(request.user, "view"), request.user.may
    now, moments = timezone.now(), Moments(request)
    visible = list(viewed)
    places = _places(product, viewed, now, past=bool(moments.chips))
    past = past_places(product, visible, at=moments.shown or now, since=moments.since) if moments.chips else []
    manager = request.user.role != "staff"
    context = {
        "product": product,
        "places": places,
        "on_hand": sum(place.quantity for place in places),
        "barcodes": list(product.barcodes.all()),
        "operable": {place.pk for place in visible if place.is_open and may("operate", place.pk)},
        "managed": {place.pk for place in visible if may("manage", place.pk)},
        "movements": [] if past else movements_of(product, visible, limit=LAST_MOVEMENTS),
        "moments": moments,
        "past": past,
        "manager": manager,
        "deletable": manager and not has_history(product),
        **refused,
    }
    return render(request, "stock/product_detail.html", context, status=status)


def _places(product: Product, visible: WarehouseQuerySet, now: datetime, *, past: bool) -> list[Place]:
    """Return the levels in these warehouses with what is on the way there, which no page of the past shows."""
    places = places_of(product, visible, now=now)
    coming = {} if past else on_the_way(product, visible, now)
    for place in places:
        place.coming = coming.get(place.warehouse_id)
    return places


@role("manager")
@require_http_methods(["GET", "HEAD", "POST"])
def product_thresholds(request: StaffRequest, code: str, sku: str) -> HttpResponse:
    """Let a manager of the warehouse set its thresholds for the product."""
    warehouse = warehouse_for(request, "manage", code)
    product = _product(sku)
    # What another page suggests is filled in, and saved by nobody but the person.
    suggested = {name: request.GET[name] for name in ("low", "high") if FIGURE.fullmatch(request.GET.get(name, ""))}
    initial = {**own_thresholds(product, warehouse), **suggested}
    form = ThresholdsForm(request.POST or None, product=product, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_thresholds(product=product, warehouse=warehouse, **form.cleaned_data)
        except Busy as error:
            return error_page(request, 503, str(error), retry_after=1)
        messages.success(request, _("Thresholds of %(sku)s in %(code)s saved.") % {"sku": product.sku, "code": code})
        return redirect("stock:product-detail", product.sku)
    context = {"form": form, "product": product, "warehouse": warehouse, "suggested": suggested}
    return render(request, "stock/product_thresholds.html", context, status=422 if form.errors else 200)


@role("manager")
@require_POST
def product_archive(request: StaffRequest, sku: str) -> HttpResponse:
    """Take a product out of use, or say on its page why not."""
    product = _product(sku)
    try:
        services.archive_product(product=product, by=request.user)
    except Refused as error:
        return _refused(request, product, error)
    messages.success(request, _("%(sku)s is archived. Restore it whenever it is needed again.") % {"sku": product.sku})
    return redirect("stock:product-detail", product.sku)


@role("manager")
@require_POST
def product_restore(request: StaffRequest, sku: str) -> HttpResponse:
    """Put an archived product back into use."""
    product = _product(sku)
    services.restore_product(product=product)
    messages.success(request, _("%(sku)s is in use again.") % {"sku": product.sku})
    return redirect("stock:product-detail", product.sku)


@role("manager")
@require_POST
def product_delete(request: StaffRequest, sku: str) -> HttpResponse:
    """Delete a product that never had stock, or say on its page why not."""
    product = _product(sku)
    try:
        services.delete_product(product=product)
    except Refused as error:
        return _refused(request, product, error)
    messages.success(request, _("%(sku)s is deleted.") % {"sku": product.sku})
    return redirect("stock:product-list")


def _refused(request: StaffRequest, product: Product, error: Refused) -> HttpResponse:
    obstacles = error.obstacles if isinstance(error, StillOpen) else None
    errors = [problem.message for problem in error.problems]
    return _detail(request, product, errors=errors, obstacles=obstacles, status=422)
