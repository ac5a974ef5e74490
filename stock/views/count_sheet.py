"""Counting on the floor: the way to a bin, its sheet, and the line that a scan adds. Nothing here knows a level."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory_site.web.access import signed_in
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from inventory_site.web.texts import readable
from stock import services
from stock.errors import Busy, KeyReused, Refused, StateMovedOn
from stock.forms.count_sheet import CountSheet
from stock.models import Count, CountBin
from stock.views.answers import go, moment, origin, stopped
from stock.views.counts import count_for, refuse_unless, show_count
from warehouses.models import Location

CHANGES = ("add", "remove")
LONGEST = 200


def _place(request: StaffRequest, pk: int, code: str) -> tuple[Count, Location, CountBin | None]:
    """Return the count, a bin of its warehouse and its row in the count, to somebody who counts there.

    Raises Http404, or PermissionDenied for everybody else.
    """
    count, may = count_for(request, pk)
    refuse_unless(may.count, _("This count is somebody else's. Ask whoever opened it to let you count too."))
    bins = Location.objects.filter(warehouse=count.warehouse).with_code(code)
    if count.scope == Count.Scope.BINS:
        bins = bins.filter(pk__in=count.bins.values("location"))
    location = get_object_or_404(bins)
    return count, location, count.bins.select_related("finished_by").filter(location=location).first()


@signed_in
@limited("scan")
@require_safe
def count_scan(request: StaffRequest, pk: int) -> HttpResponse:
    """Lead from a bin's code to its sheet; else say that the bin is not part of this count."""
    count, may = count_for(request, pk)
    refuse_unless(may.count, _("This count is somebody else's. Ask whoever opened it to let you count too."))
    code = readable(request.GET.get("code", "")).strip()[:LONGEST]
    bins = Location.objects.filter(warehouse=count.warehouse).with_code(code) if code else Location.objects.none()
    found = bins.first()
    if found and (count.scope != Count.Scope.BINS or count.bins.filter(location=found).exists()):
        return go(request, reverse("stock:count-bin", args=[count.pk, found.code]))
    if found:
        sentence = _("Bin %(code)s is not part of this count.") % {"code": found.code}
    else:
        words = {"code": code, "warehouse": count.warehouse.code}
        sentence = _("%(warehouse)s has no bin %(code)s.") % words if code else _("Scan or type the code of a bin.")
    return show_count(request, count, may, errors=[sentence])


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def count_bin(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """Count one bin: a sheet without a word of what should lie there; keep what was found."""
    count, location, row = _place(request, pk, code)
    if not count.is_standing:
        return stopped(request, StateMovedOn(_("Count %(count)s is over.") % {"count": count}))
    sheet = _open(request, count, location)
    if not (sheet.bound and sheet.is_valid()):
        return _show(request, sheet, row)
    try:
        services.submit_count(
            count=count,
            found=sheet.found(),
            finished=[] if sheet.partly else [location],
            by=request.user,
            at=moment(request),
            key=sheet.key,
            origin=origin(request),
        )
    except Refused as refused:
        sheet.refuse(refused)
        return _show(request, sheet, row)
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)
    return _kept(request, sheet)


@signed_in
@limited("scan")
@require_POST
def count_line(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """Answer a scanned product with its new line, its raised line or the sentence that says why not; for htmx alone."""
    count, location, _row = _place(request, pk, code)
    sheet = CountSheet(count, location, request.POST)
    scan = sheet.add(sheet.code)
    if scan.line is not None:
        sheet.dress([scan.line])
    return render(request, "stock/count_scan_outcome.html", {"sheet": sheet}, status=200 if scan.line else 422)


def _open(request: StaffRequest, count: Count, location: Location) -> CountSheet:
    if request.method != "POST":
        return CountSheet(count, location)
    sheet = CountSheet(count, location, request.POST, sending=not any(name in request.POST for name in CHANGES))
    if "add" in request.POST:
        sheet.add(sheet.code)
    elif "remove" in request.POST:
        sheet.remove(request.POST["remove"])
    return sheet


def _show(request: StaffRequest, sheet: CountSheet, row: CountBin | None) -> HttpResponse:
    """Show the sheet: for htmx the form alone; 422 where something is wrong with it."""
    sheet.dress()
    wrong = sheet.has_errors or bool(sheet.scan and sheet.scan.sentence)
    template = "stock/count_sheet.html" if request.htmx else "stock/count_bin.html"
    context = {"sheet": sheet, "count": sheet.count, "row": row}
    return render(request, template, context, status=422 if wrong else 200)


def _kept(request: StaffRequest, sheet: CountSheet) -> HttpResponse:
    words = {"bin": sheet.location.code, "count": sheet.count}
    if sheet.partly:
        messages.success(request, _("Kept what you found in %(bin)s. Some of it is still to be counted.") % words)
        return go(request, reverse("stock:count-bin", args=[sheet.count.pk, sheet.location.code]))
    messages.success(request, _("%(bin)s is counted.") % words)
    return go(request, reverse("stock:count-detail", args=[sheet.count.pk]))
