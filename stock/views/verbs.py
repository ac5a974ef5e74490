"""The pages that book stock: receive, ship, move, adjust, and the line that a code adds to them."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from inventory_site.web.access import signed_in
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from stock import services
from stock.forms.sheets import SHEETS, AdjustSheet, MoveSheet, ReceiveSheet, ShipSheet
from stock.views.answers import open_sheet, work

page = require_http_methods(["GET", "HEAD", "POST"])


@signed_in
@page
def receive(request: StaffRequest) -> HttpResponse:
    """Receive goods from outside into bins of the working warehouse."""
    sheet = open_sheet(request, ReceiveSheet)
    return work(
        request,
        sheet,
        lambda: partial(services.receive, warehouse=sheet.warehouse, lines=[line.line() for line in sheet.sound]),
    )


@signed_in
@page
def ship(request: StaffRequest) -> HttpResponse:
    """Ship goods out of the working warehouse."""
    sheet = open_sheet(request, ShipSheet)
    return work(
        request,
        sheet,
        lambda: partial(
            services.ship,
            warehouse=sheet.warehouse,
            lines=[line.line() for line in sheet.sound],
            lot_reason=sheet.head.cleaned_data["lot_reason"],
        ),
    )


@signed_in
@page
def move(request: StaffRequest) -> HttpResponse:
    """Move goods between bins of the working warehouse."""
    sheet = open_sheet(request, MoveSheet)
    return work(
        request,
        sheet,
        lambda: partial(services.move, warehouse=sheet.warehouse, lines=[line.line() for line in sheet.sound]),
    )


@signed_in
@page
def adjust(request: StaffRequest) -> HttpResponse:
    """Correct what lies in bins of the working warehouse, for a reason."""
    sheet = open_sheet(request, AdjustSheet)
    return work(
        request,
        sheet,
        lambda: partial(
            services.adjust,
            warehouse=sheet.warehouse,
            reason=sheet.head.cleaned_data["reason"],
            lines=[line.line() for line in sheet.sound],
        ),
    )


@signed_in
@limited("scan")
@require_POST
def add_line(request: StaffRequest, kind: str) -> HttpResponse:
    """Answer a scanned code with its new line, its raised line or the sentence that says why not; for htmx alone."""
    if kind not in SHEETS:
        raise Http404
    sheet = open_sheet(request, SHEETS[kind])
    scan, others = sheet.scan, []
    if scan is not None and scan.line is not None:
        sheet.dress([scan.line])
        others = [line for line in sheet.kin(scan.line) if line.watches and line is not scan.line]
    context = {"sheet": sheet, "others": others}
    return render(request, "stock/scan_outcome.html", context, status=200 if scan and scan.line else 422)


@signed_in
@require_POST
def line_facts(request: StaffRequest, kind: str) -> HttpResponse:
    """Say anew what a line will take, and those that share goods with it, while it is filled in; for htmx alone."""
    if kind not in SHEETS:
        raise Http404
    sheet = open_sheet(request, SHEETS[kind])
    number = request.POST.get("look", "")
    lines = sheet.look(number)
    own = next((line for line in lines if str(line.number) == number), None)
    return render(request, "stock/facts_outcome.html", {"line": own, "others": [n for n in lines if n is not own]})
