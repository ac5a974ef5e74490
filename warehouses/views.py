"""The pages of warehouses and their bins. What lies in a bin is a page of `stock`."""

from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory_site.web.access import role, signed_in
from inventory_site.web.keyset import keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from inventory_site.web.zones import zone_choices
from warehouses import services
from warehouses.errors import CodeTaken
from warehouses.forms import LocationForm, NewWarehouseForm, WarehouseForm
from warehouses.models import Location, Warehouse
from warehouses.queries import WORKING, warehouse_for


@signed_in
@require_safe
def warehouse_list(request: StaffRequest) -> HttpResponse:
    seen = Warehouse.objects.for_user(request.user, "view")
    page = keyset_page(seen, by="code", after=request.GET.get("after", ""))
    return render(request, "warehouses/warehouse_list.html", {"page": page, "working": request.session.get(WORKING)})


@signed_in
@limited("search")
@require_safe
def warehouse_detail(request: StaffRequest, code: str) -> HttpResponse:
    warehouse = warehouse_for(request, "view", code)
    sought = request.GET.get("q", "").strip()
    page = keyset_page(warehouse.locations.with_code_like(sought), by="code", after=request.GET.get("after", ""))
    context = {
        "warehouse": warehouse,
        "page": page,
        "sought": sought,
        "manages": request.user.may("manage", warehouse.pk),
    }
    return render(request, "warehouses/warehouse_detail.html", context)


@role("admin")
def warehouse_create(request: StaffRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = NewWarehouseForm(request.POST if sent else None, instance=Warehouse())
    if sent and form.is_valid():
        try:
            services.open_warehouse(warehouse=form.instance, default_bin=form.cleaned_data["default_bin"])
        except CodeTaken as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, _("Opened %(code)s.") % {"code": form.instance.code})
            return redirect("warehouses:warehouse-detail", form.instance.code)
    context = {"form": form, "zones": zone_choices()}
    return render(request, "warehouses/warehouse_form.html", context, status=422 if sent else 200)


@role("admin")
def warehouse_edit(request: StaffRequest, code: str) -> HttpResponse:
    warehouse = warehouse_for(request, "manage", code)
    sent, before = request.method == "POST", warehouse.code
    form = WarehouseForm(request.POST if sent else None, instance=warehouse)
    if sent and form.is_valid() and form.saved():
        messages.success(request, _("Saved %(code)s.") % {"code": warehouse.code})
        return redirect("warehouses:warehouse-detail", warehouse.code)
    context = {"form": form, "code": before, "zones": zone_choices()}
    return render(request, "warehouses/warehouse_form.html", context, status=422 if sent else 200)


@role("manager")
def location_create(request: StaffRequest, warehouse: str) -> HttpResponse:
    return _location_form(request, Location(warehouse=warehouse_for(request, "manage", warehouse)))


@role("manager")
def location_edit(request: StaffRequest, warehouse: str, code: str) -> HttpResponse:
    bins = warehouse_for(request, "manage", warehouse).locations.select_related("warehouse")
    return _location_form(request, get_object_or_404(bins.with_code(code)))


def _location_form(request: StaffRequest, location: Location) -> HttpResponse:
    sent, before = request.method == "POST", location.code
    form = LocationForm(request.POST if sent else None, instance=location)
    if sent and form.is_valid():
        try:
            services.save_location(location=location)
        except CodeTaken as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, _("Saved %(code)s.") % {"code": location.code})
            return redirect("warehouses:warehouse-detail", location.warehouse.code)
    context = {"form": form, "warehouse": location.warehouse, "code": before}
    return render(request, "warehouses/location_form.html", context, status=422 if sent else 200)


@signed_in
@require_POST
def switch(request: StaffRequest) -> HttpResponse:
    """Work in another warehouse from now on, and go back to where the person was."""
    warehouse = warehouse_for(request, "view", request.POST.get("warehouse", ""))
    if warehouse.is_open:
        request.session[WORKING] = warehouse.code
        messages.success(request, _("You work in %(name)s now.") % {"name": warehouse.name})
    else:
        messages.error(request, _("%(name)s is closed: nobody works there any more.") % {"name": warehouse.name})
    return redirect(_way_back(request))


def _way_back(request: StaffRequest) -> str:
    """Return the page on this site to go back to, without a warehouse that its address named."""
    wanted = request.POST.get("next") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return reverse("warehouses:warehouse-list")
    parts = urlsplit(wanted)
    query = QueryDict(parts.query, mutable=True)
    query.pop("warehouse", None)
    return urlunsplit(("", "", parts.path or "/", query.urlencode(), ""))
