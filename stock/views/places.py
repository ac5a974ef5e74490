"""Closing a warehouse and taking a bin out of use, and back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from inventory_site.web.access import role
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, Refused, StillOpen
from stock.views.answers import stopped
from warehouses.models import Location
from warehouses.queries import warehouse_for


@role("admin")
@require_POST
def warehouse_close(request: StaffRequest, code: str) -> HttpResponse:
    """Close a warehouse in which nothing stands open, or say what does."""
    warehouse = warehouse_for(request, "manage", code)
    back = reverse("warehouses:warehouse-detail", args=[warehouse.code])
    try:
        services.close_warehouse(warehouse=warehouse)
    except Refused as refused:
        return _refused(request, warehouse.name, back, refused)
    except Busy as error:
        return stopped(request, error)
    messages.success(request, _("%(code)s is closed. Its history stays.") % {"code": warehouse.code})
    return redirect(back)


@role("admin")
@require_POST
def warehouse_reopen(request: StaffRequest, code: str) -> HttpResponse:
    """Open a closed warehouse again."""
    warehouse = warehouse_for(request, "manage", code)
    try:
        services.reopen_warehouse(warehouse=warehouse)
    except Busy as error:
        return stopped(request, error)
    messages.success(request, _("%(code)s is open again.") % {"code": warehouse.code})
    return redirect("warehouses:warehouse-detail", warehouse.code)


@role("manager")
@require_POST
def location_deactivate(request: StaffRequest, warehouse: str, code: str) -> HttpResponse:
    """Take an empty bin out of use, or say what keeps it."""
    location = _location(request, warehouse, code)
    back = reverse("stock:location-detail", args=[location.warehouse.code, location.code])
    try:
        services.deactivate_location(location=location)
    except Refused as refused:
        return _refused(request, _("Bin %(bin)s") % {"bin": location.code}, back, refused)
    except Busy as error:
        return stopped(request, error)
    messages.success(request, _("Bin %(bin)s is out of use.") % {"bin": location.code})
    return redirect(back)


@role("manager")
@require_POST
def location_activate(request: StaffRequest, warehouse: str, code: str) -> HttpResponse:
    """Put a bin back into use."""
    location = _location(request, warehouse, code)
    try:
        services.activate_location(location=location)
    except Busy as error:
        return stopped(request, error)
    messages.success(request, _("Bin %(bin)s is in use again.") % {"bin": location.code})
    return redirect("stock:location-detail", location.warehouse.code, location.code)


def _location(request: StaffRequest, warehouse: str, code: str) -> Location:
    bins = warehouse_for(request, "manage", warehouse).locations.select_related("warehouse")
    return get_object_or_404(bins.with_code(code))


def _refused(request: StaffRequest, name: str, back: str, refused: Refused) -> HttpResponse:
    context = {
        "name": name,
        "back": back,
        "errors": [problem.message for problem in refused.problems],
        "obstacles": refused.obstacles if isinstance(refused, StillOpen) else None,
    }
    return render(request, "stock/still_open.html", context, status=422)
