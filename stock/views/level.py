"""Why a level is what it is: the lines of the ledger that sum to it."""

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from catalog.models import Lot, Product
from inventory_site.web.access import signed_in
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from inventory_site.web.texts import readable
from stock.forms.moments import Moments
from stock.queries.history import Shelf, history_of
from warehouses.models import Location, Warehouse
from warehouses.queries import warehouse_for


@signed_in
@limited("search")
@require_safe
def level_detail(request: StaffRequest, sku: str) -> HttpResponse:
    """Show the ledger's lines behind a level: of a product, in a warehouse, a bin, of a lot, now or as of a moment."""
    product = get_object_or_404(Product.objects.select_related("unit").with_sku(sku))
    shelf, moments = _shelf(request, product), Moments(request)
    history = history_of(shelf, at=moments.shown, since=moments.since, mark=_mark(request.GET.get("after", "")))
    context = {
        "product": product,
        "shelf": shelf,
        "place": shelf.warehouses[0] if request.GET.get("warehouse") else None,
        "moments": moments,
        "history": history,
        "agrees": history.sums.closing == history.level,
    }
    return render(request, "stock/level_detail.html", context)


def _shelf(request: StaffRequest, product: Product) -> Shelf:
    code, bin_, number = (request.GET.get(name, "") for name in ("warehouse", "bin", "lot"))
    if bin_ and not code:
        raise Http404
    places = [warehouse_for(request, "view", code)] if code else Warehouse.objects.for_user(request.user, "view")
    location = get_object_or_404(Location, warehouse__in=places, code__iexact=readable(bin_)) if bin_ else None
    lot = get_object_or_404(Lot, product=product, number=readable(number)) if number else None
    return Shelf(product, list(places), location, lot)


def _mark(after: str) -> int | None:
    """Read the mark of a page: the id behind which it begins."""
    if after and not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise BadRequest("bad mark")
    return int(after) if after else None
