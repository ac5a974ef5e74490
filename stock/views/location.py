"""What lies in a bin."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.models import Product
from inventory_site.web.access import signed_in
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from inventory_site.web.texts import readable
from stock.forms.moments import Moments
from stock.queries.as_of import past_parts
from stock.queries.holdings import contents_of, in_bin, products_in
from warehouses.models import Location
from warehouses.queries import warehouse_for


@signed_in
@require_safe
def location_detail(request: StaffRequest, warehouse: str, code: str) -> HttpResponse:
    """Show a bin and what lies in it, product by product with its lots."""
    place = warehouse_for(request, "view", warehouse)
    location = get_object_or_404(
        Location.objects.select_related("warehouse"), warehouse=place, code__iexact=readable(code)
    )
    moments = Moments(request, compare=False)
    past = past_parts(location, moments.shown) if moments.shown else None
    products = products_in(location) if past is None else Product.objects.filter(pk__in=past).select_related("unit")
    page = keyset_page(products, by="sku_key", after=request.GET.get("after", ""))
    contents = contents_of(location, page.rows, now=timezone.now()) if past is None else in_bin(page.rows, past)
    context = {
        "location": location,
        "page": page,
        "contents": contents,
        "moments": moments,
        "operable": place.is_open and request.user.may("operate", place.pk),
        "manageable": request.user.may("manage", place.pk),
    }
    return render(request, "stock/location_detail.html", context)
