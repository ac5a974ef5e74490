"""Where a transfer arrives: what came of it, and what is missing."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from inventory_site.web.access import signed_in
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, KeyReused, Refused, StateMovedOn
from stock.forms.transfers import ArriveSheet, TransitSheet, WriteOffSheet
from stock.models import Operation, Transfer
from stock.queries.booked import transit_amounts
from stock.queries.transfers import booked_under
from stock.views.answers import go, moment, origin, stopped
from stock.views.transfers import transfer_for
from stock.views.wording import Amount, lines_done, products_done

page = require_http_methods(["GET", "HEAD", "POST"])
AnyTransitSheet = TransitSheet[Any, Any]
S = TypeVar("S", bound=AnyTransitSheet)


@signed_in
@page
def transfer_receive(request: StaffRequest, pk: int) -> HttpResponse:
    """Receive what has arrived of a transfer into bins of its destination; the rest stays on the way."""
    found = transfer_for(request, pk, "operate", "destination")
    sheet = _open(request, found, ArriveSheet)

    def book(**slip: Any) -> Operation:
        return services.receive_transfer(transfer=found, lines=[line.line() for line in sheet.meant], **slip)

    return _work(request, sheet, book, "stock/transfer_receive.html")


@signed_in
@page
def transfer_write_off(request: StaffRequest, pk: int) -> HttpResponse:
    """Write off what will not arrive of a transfer, for a reason."""
    found = transfer_for(request, pk, "operate", "destination")
    sheet = _open(request, found, WriteOffSheet)

    def book(**slip: Any) -> Operation:
        lines, reason = [line.line() for line in sheet.meant], sheet.head.cleaned_data["reason"]
        return services.write_off_transfer(transfer=found, lines=lines, reason=reason, **slip)

    return _work(request, sheet, book, "stock/transfer_write_off.html")


@signed_in
@limited("scan")
@require_POST
def transfer_scan(request: StaffRequest, pk: int) -> HttpResponse:
    """Answer a scanned code with the line that it counts on, or the sentence that says why not; for htmx alone."""
    sheet = ArriveSheet(transfer_for(request, pk, "operate", "destination"), request.user, request.POST)
    first = not sheet.is_scanned
    sheet.add(request.POST.get("code", ""))
    sheet.dress()
    line = sheet.scan.line if sheet.scan else None
    context = {"sheet": sheet, "lines": sheet.lines if first else [each for each in sheet if each is line]}
    return render(request, "stock/transit_scan.html", context, status=200 if line else 422)


def _open(request: StaffRequest, found: Transfer, kind: type[S]) -> S:
    if request.method != "POST":
        return kind(found, request.user)
    sheet = kind(found, request.user, request.POST, booking="add" not in request.POST)
    if "add" in request.POST:
        sheet.add(sheet.code)
    return sheet


def _work(request: StaffRequest, sheet: AnyTransitSheet, book: Callable[..., Operation], page: str) -> HttpResponse:
    """Book what was sent, and answer: back to the transfer, with a message that offers to undo it."""
    detail = reverse("stock:transfer-detail", args=[sheet.transfer.pk])
    if request.method != "POST" and sheet.transfer.state != Transfer.State.SENT:
        return redirect(detail)
    if "everything" in request.POST and (answer := _nothing_left(request, sheet, detail)):
        return answer
    if not sheet.is_sent or not sheet.is_valid():
        return _show(request, sheet, page)
    head = sheet.head.cleaned_data
    try:
        operation = book(
            by=request.user,
            at=moment(request),
            key=sheet.key,
            reference=head["reference"],
            note=head["note"],
            origin=origin(request),
        )
    except Refused as refused:
        sheet.refuse(refused)
        return _show(request, sheet, page)
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)
    amounts = [Amount.of(line.source_line.product, line.quantity_given) for line in sheet.meant]
    messages.success(request, lines_done(operation.kind, amounts), extra_tags=f"undo:{operation.key}")
    return go(request, detail)


def _nothing_left(request: StaffRequest, sheet: AnyTransitSheet, detail: str) -> HttpResponse | None:
    """Answer who asks again for all that was on the way when it was asked first: there may be nothing left to book."""
    if before := booked_under(sheet.key, sheet.transfer, request.user):
        words = products_done(before.kind, transit_amounts(before, limit=2))
        messages.success(request, words, extra_tags=f"undo:{before.key}")
        return go(request, detail)
    if not sheet.lines:
        words = _("Nothing of %(transfer)s is on the way any more. Open it again.")
        return stopped(request, StateMovedOn(words % {"transfer": sheet.transfer}))
    return None


def _show(request: StaffRequest, sheet: AnyTransitSheet, page: str) -> HttpResponse:
    sheet.dress()
    wrong = sheet.has_errors or (sheet.scan is not None and sheet.scan.line is None)
    context = {"sheet": sheet, "form": sheet.head, "transfer": sheet.transfer, "title": _("Receive")}
    template = f"{page}#sheet" if request.htmx else page
    return render(request, template, context, status=422 if wrong else 200)
