"""What the pages of the verbs share: opening a sheet, showing it, and answering once it was booked or refused."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from inventory_site.web.client import client_address
from inventory_site.web.errors import error_page
from inventory_site.web.request import StaffRequest
from inventory_site.web.texts import readable
from stock.errors import Busy, KeyReused, Refused, StateMovedOn
from stock.forms.sheets import AnySheet
from stock.models import Operation
from stock.services import Origin
from stock.views.wording import Amount, lines_done
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for, working_warehouse

S = TypeVar("S", bound=AnySheet)
R_co = TypeVar("R_co", covariant=True)

# Buttons that change the sheet; any other way of sending it books it.
CHANGES = ("add", "again", "remove", "look")
BUSY_SECONDS = 2
MOST_PREFILLED = 50


class Booking(Protocol[R_co]):
    """A verb with its goods filled in, which waits to be told who books it when, and under which key."""

    def __call__(
        self, *, by: User, at: datetime, key: UUID, reference: str, note: str, origin: Origin, rehearse: bool
    ) -> R_co: ...


def open_sheet(request: StaffRequest, kind: type[S]) -> S:
    """Return the sheet that was sent, or a new one for the working warehouse with what its address names on it.

    An address names products (`?code=`) or whole lines, in the names that the form sends. Raises
    Http404 or PermissionDenied unless the person operates in the warehouse.
    """
    if request.method != "POST":
        asked = request.GET.copy()
        # A key stands for one sending; a link that is opened twice must not carry one.
        for name in ("key", "code"):
            asked.pop(name, None)
        sheet = kind(working_warehouse(request, "operate"), request.user, asked)
        del sheet.lines[MOST_PREFILLED:]
        if codes := [readable(code).strip() for code in request.GET.getlist("code")[:MOST_PREFILLED]]:
            sheet.fill([code for code in dict.fromkeys(codes) if code])
        return sheet
    warehouse = warehouse_for(request, "operate", request.POST.get("warehouse", ""))
    sheet = kind(warehouse, request.user, request.POST, booking=not any(name in request.POST for name in CHANGES))
    if "add" in request.POST:
        sheet.add(sheet.code)
    elif "again" in request.POST:
        sheet.again(request.POST["again"])
    elif "remove" in request.POST:
        sheet.remove(request.POST["remove"])
    return sheet


def show(request: StaffRequest, sheet: AnySheet) -> HttpResponse:
    """Show the sheet: for htmx the form alone; 422 where something is wrong with it."""
    sheet.dress()
    wrong = sheet.has_errors or (request.method == "POST" and sheet.scan and sheet.scan.sentence)
    context = {"sheet": sheet, "form": sheet.head}
    if request.htmx:
        return render(request, "stock/sheet.html", context, status=422 if wrong else 200)
    context["warehouses"] = Warehouse.objects.for_user(request.user, "operate").open()
    return render(request, f"stock/{sheet.kind.value}.html", context, status=422 if wrong else 200)


def work(request: StaffRequest, sheet: AnySheet, verb: Callable[[], Booking[Operation]]) -> HttpResponse:
    """Book the sheet with its verb if it was sent for that and is valid, and answer.

    Booked: back to an empty sheet, with a message that offers to undo it; a replay answers the same.
    """
    operation = attempt(request, sheet, verb)
    if isinstance(operation, HttpResponse):
        return operation
    messages.success(request, done(sheet, sheet.kind), extra_tags=f"undo:{operation.key}")
    for words in sheet.warnings():
        messages.warning(request, words)
    address = reverse(f"stock:{sheet.kind.value}")
    return go(request, f"{address}?{urlencode({'warehouse': sheet.warehouse.code})}")


def attempt(request: StaffRequest, sheet: AnySheet, verb: Callable[[], Booking[R_co]]) -> R_co | HttpResponse:
    """Return what the verb made of the sheet if it was sent for that and is valid, else the answer that says why not.

    Of a sheet that is not valid the sound lines are rehearsed, so that every bad line is named at once.
    """
    if not sheet.is_sent or not (sheet.is_valid() or sheet.can_be_judged):
        return show(request, sheet)
    words, rehearse = sheet.head.cleaned_data, sheet.has_errors
    try:
        return verb()(
            by=request.user,
            at=moment(request),
            key=uuid4() if rehearse else sheet.key,
            reference=words["reference"],
            note=words["note"],
            origin=origin(request),
            rehearse=rehearse,
        )
    except Refused as refused:
        sheet.refuse(refused)
        return show(request, sheet)
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)


def done(sheet: AnySheet, kind: Operation.Kind) -> str:
    """Say what became of a sheet's lines."""
    amounts = [Amount.of(line.product, line.quantity_given) for line in sheet.lines if line.product]
    return lines_done(kind, amounts)


def stopped(request: StaffRequest, error: KeyReused | StateMovedOn | Busy) -> HttpResponse:
    """Answer for what no field can mend: 409 where things have changed, 503 where the same key may be sent again."""
    if isinstance(error, Busy):
        return error_page(request, 503, str(error), retry_after=BUSY_SECONDS)
    return error_page(request, 409, str(error))


def go(request: StaffRequest, address: str) -> HttpResponse:
    """Lead to another page; htmx is told to load it whole, so that its messages are shown there."""
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address, status=303)


def moment(request: StaffRequest) -> datetime:
    """Return when the person did it by the device's clock, or by ours where the device did not say."""
    try:
        at = datetime.fromisoformat(request.POST.get("at", ""))
        return at.astimezone(UTC) if at.tzinfo else timezone.now()
    except (ValueError, OverflowError):
        return timezone.now()


def origin(request: StaffRequest) -> Origin:
    device = readable(request.headers.get("User-Agent", "")).strip()
    return Origin(device=device[:200], address=client_address(request))
