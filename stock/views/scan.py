"""Where a scanned code leads."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.models import Product
from inventory_site.web.access import signed_in
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from inventory_site.web.texts import readable
from warehouses.models import Warehouse
from warehouses.queries import working_warehouse

LONGEST = 200


@signed_in
@limited("scan")
@require_safe
def scan(request: StaffRequest) -> HttpResponse:
    """Lead a code to its product, or to its bin in the working warehouse; else say that nobody knows it."""
    warehouse = working_warehouse(request, "view")
    code = readable(request.GET.get("code", "")).strip()[:LONGEST]
    if hit := Product.by_codes([code]).get(code) if code else None:
        return redirect("stock:product-detail", hit[0].sku)
    if found := warehouse.locations.with_code(code).first() if code else None:
        return redirect("stock:location-detail", warehouse.code, found.code)
    words = {"code": code, "warehouse": warehouse.code}
    context = {
        "code": code,
        "sentence": _("No product and no bin of %(warehouse)s has the code %(code)s.") % words if code else "",
        "warehouse": warehouse,
        "warehouses": Warehouse.objects.for_user(request.user, "view").open(),
        "operable": warehouse.is_open and request.user.may("operate", warehouse.pk),
    }
    return render(request, "stock/scan.html", context, status=422 if code else 200)
