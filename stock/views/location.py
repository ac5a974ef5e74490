"""What lies in a bin."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from inventory_site.web.access import signed_in
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from inventory_site.web.texts import readable
from stock.queries.holdings import contents_of, products_in
from warehouses.models import Location, Warehouse
from warehouses.queries import warehouse_for


@signed_in
@require_safe
def location_detail(request: StaffRequest, warehouse: str, code: str) -> HttpResponse:
    """Show a bin and what lies in it, product by product with its lots."""
    place = warehouse_for(request, "view", warehouse)
    location = get_object_or_404(
        Location.objects.select_related("warehouse"), warehouse=place, code__iexact=readable(code)
    )
    page = keyset_page(products_in(location), by="sku_key", after=request.GET.get("after", ""))
    rights = {
        right: Warehouse.objects.for_user(request.user, right).filter(pk=place.pk) for right in ("operate", "manage")
    }
    context = {
        "location": location,
        "page": page,
        "contents": contents_of(location, page.rows, now=timezone.now()),
        "operable": place.is_open and rights["operate"].exists(),
        "manageable": rights["manage"].exists(),
    }
    return render(request, "stock/location_detail.html", context)
