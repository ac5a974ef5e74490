"""Transfers: preparing and sending them, the lists of them, and one with what was done to it."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory_site.web.access import signed_in
from inventory_site.web.chips import chips, without
from inventory_site.web.keyset import keyset_page
from inventory_site.web.quantity import format_quantity
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, KeyReused, NotReversible, StateMovedOn
from stock.forms.sent_key import sent_key
from stock.forms.sheets import TransferSheet
from stock.forms.transfers import BOARD_LABELS, DIRECTIONS
from stock.models import Operation, Transfer
from stock.queries.booked import can_still_be_undone, rights_over, visible_later
from stock.queries.transfers import board_counts, lines_of, listed, operations_of, totals_of, transfers_of
from stock.views.answers import attempt, done, go, moment, open_sheet, origin, show, stopped, work
from stock.views.corrections import sending_back
from warehouses.models import Right, Warehouse
from warehouses.queries import warehouse_for

ROWS = 50


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: StaffRequest) -> HttpResponse:
    """Send goods to another warehouse, keep a draft, or book both ends at once: as the button says."""
    sheet = open_sheet(request, TransferSheet)
    return {"draft": _keep, "both": _book_both}.get(sheet.way, _send)(request, sheet)


def _parts(sheet: TransferSheet, *, drafted: bool = True) -> dict[str, Any]:
    head = sheet.head.cleaned_data
    parts = {
        "warehouse": sheet.warehouse,
        "destination": head["destination"],
        "lines": [line.line() for line in sheet.sound],
        "lot_reason": head["lot_reason"],
    }
    return {**parts, "transfer": head["transfer"], "version": head["version"]} if drafted else parts


def _send(request: StaffRequest, sheet: TransferSheet) -> HttpResponse:
    operation = attempt(request, sheet, lambda: partial(services.send_transfer, **_parts(sheet)))
    if isinstance(operation, HttpResponse):
        return operation
    messages.success(request, done(sheet, Operation.Kind.SEND), extra_tags=f"undo:{operation.key}")
    return go(request, reverse("stock:transfer-detail", args=[operation.transfer_id]))


def _keep(request: StaffRequest, sheet: TransferSheet) -> HttpResponse:
    draft = attempt(request, sheet, lambda: partial(services.draft_transfer, **_parts(sheet)))
    if isinstance(draft, HttpResponse):
        return draft
    messages.success(request, _("Kept as draft %(transfer)s. Nothing was taken yet.") % {"transfer": draft})
    return go(request, reverse("stock:transfer-detail", args=[draft.pk]))


def _book_both(request: StaffRequest, sheet: TransferSheet) -> HttpResponse:
    return work(request, sheet, lambda: partial(services.transfer, **_parts(sheet, drafted=False)))


@signed_in
@require_safe
def transfer_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a draft as it can be changed and sent; what was sent meanwhile, as it is."""
    draft = transfer_for(request, pk, "operate", "source")
    if draft.state != Transfer.State.DRAFT:
        return redirect("stock:transfer-detail", pk)
    filled = QueryDict(mutable=True)
    filled.update({"transfer": str(pk), "version": str(draft.version), "destination": draft.destination.code})
    filled.update({"reference": draft.reference, "note": draft.note, "lot_reason": draft.lot_reason})
    for n, line in enumerate(lines_of(draft).order_by("id")):
        filled[f"line-{n}-code"] = line.product.sku
        filled[f"line-{n}-quantity"] = format_quantity(line.wanted)
        filled[f"line-{n}-source"] = line.location.code if line.location else ""
        filled[f"line-{n}-lot_number"] = line.lot.number if line.lot else ""
    return show(request, TransferSheet(draft.source, request.user, filled))


def transfer_for(request: StaffRequest, pk: int, right: Right = "view", end: str = "") -> Transfer:
    """Return a transfer with its ends.

    Raises Http404 where the person may look at neither end, PermissionDenied where they lack `right` at the `end`.
    """
    visible = Warehouse.objects.for_user(request.user, "view")
    found = get_object_or_404(
        Transfer.objects.in_warehouses(visible).select_related("source", "destination", "by"), pk=pk
    )
    if end and not request.user.may(right, getattr(found, end).pk):
        raise PermissionDenied(
            _("This is for who operates in the warehouse that it leaves.")
            if end == "source"
            else _("This is for who operates in the warehouse that it goes to.")
        )
    return found


@signed_in
@require_safe
def transfer_list(request: StaffRequest) -> HttpResponse:
    """Show the transfers of the person's warehouses, a board a state, the newest first."""
    visible = list(Warehouse.objects.for_user(request.user, "view"))
    code, direction = request.GET.get("warehouse", ""), request.GET.get("direction", "")
    current = warehouse_for(request, "view", code) if code else None
    board = request.GET.get("state", "")
    board, places = board if board in BOARD_LABELS else "sent", [current] if current else visible
    found = transfers_of(places, board, direction).select_related("source", "destination")
    page = keyset_page(found, by="-id", after=request.GET.get("after", ""))
    words = {"warehouse": current.name} if current else {}
    context = {
        "page": page,
        "listed": listed(page.rows, {warehouse.pk for warehouse in visible}, timezone.now()),
        "boards": _boards(request, board, board_counts(places, direction)),
        "directions": _directions(request, direction),
        "board": board,
        "chips": chips(request, words),
        "warehouses": visible,
        "current": current,
        "now": timezone.now(),
    }
    return render(request, "stock/transfer_list.html", context)


def _boards(request: StaffRequest, current: str, counts: dict[str, int]) -> list[dict[str, object]]:
    rest = without(request, "state")
    return [
        {
            "label": f"{label} ({counts[board]})" if board in counts else str(label),
            "href": f"{rest}&state={board}",
            "current": board == current,
        }
        for board, label in BOARD_LABELS.items()
    ]


def _directions(request: StaffRequest, current: str) -> list[dict[str, object]]:
    rest = without(request, "direction")
    known = current if current in DIRECTIONS else ""
    return [
        {"label": label, "href": f"{rest}&direction={way}" if way else rest, "current": way == known}
        for way, label in DIRECTIONS.items()
    ]


@signed_in
@require_safe
def transfer_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a transfer: its lines, what was done to it, and what this person may do next."""
    return _detail(request, transfer_for(request, pk))


def _detail(
    request: StaffRequest, found: Transfer, refused: NotReversible | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    ends = {found.source_id, found.destination_id}
    seen, operates = ({end for end in ends if request.user.may(right, end)} for right in ("view", "operate"))
    operations = operations_of(found, Warehouse.objects.for_user(request.user, "view"))
    may = rights_over(request.user, operations)
    standing = [each for each in operations if each.kind != Operation.Kind.REVERSE and not hasattr(each, "reversal")]
    undoable = {each.pk for each in standing if may[each.pk].undo and can_still_be_undone(each, now)}
    context = {
        "transfer": found,
        "route": {"source": found.source_id in seen, "destination": found.destination_id in seen},
        "page": keyset_page(lines_of(found), by="id", after=request.GET.get("after", ""), size=ROWS),
        "totals": totals_of(found),
        "operations": [(each, each.pk in undoable) for each in operations],
        **_next_steps(found, operates, standing, undoable),
        "overdue": found.is_overdue(now),
        "key": uuid.uuid4(),
        "now": now,
        "refusal": str(refused) if refused else "",
        "later": visible_later(request.user, refused.later) if refused else [],
        "back": sending_back(request, found) if refused else "",
    }
    return render(request, "stock/transfer_detail.html", context, status=status)


def _next_steps(
    found: Transfer, operates: set[int], standing: list[Operation], undoable: set[uuid.UUID]
) -> dict[str, bool]:
    """Say what may be done with the whole transfer: `operates` are its ends where the person may book."""
    # A sending that was seen by nobody here is not this person's to undo.
    sent = any(each.kind == Operation.Kind.SEND and each.pk in undoable for each in standing)
    return {
        "sends": found.state == Transfer.State.DRAFT and found.source_id in operates,
        "receives": found.state == Transfer.State.SENT and found.destination_id in operates,
        "cancels": sent and len(standing) == 1,
        "undoes": sent and len(standing) > 1 and undoable == {each.pk for each in standing},
    }


@signed_in
@require_POST
def transfer_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Cancel a draft, or bring a sending back of which nothing has arrived."""
    found = transfer_for(request, pk, "operate", "source")
    _ask_for_all(request, found)
    version = request.POST.get("version", "")
    verb = partial(services.cancel_transfer, version=int(version) if version.isdecimal() and len(version) < 10 else -1)
    return _take_back(request, found, verb, _("%(transfer)s is cancelled."))


@signed_in
@require_POST
def transfer_undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Undo everything that was done to a transfer, whole or not at all."""
    found = transfer_for(request, pk, "operate", "source")
    _ask_for_all(request, found)
    return _take_back(request, found, services.undo_transfer, _("All of %(transfer)s is undone."))


def _ask_for_all(request: StaffRequest, found: Transfer) -> None:
    """Raise PermissionDenied unless the person may undo everything that was done to the transfer."""
    operations = operations_of(found, Warehouse.objects.all())
    may = rights_over(request.user, operations)
    standing = [each for each in operations if each.kind != Operation.Kind.REVERSE and not hasattr(each, "reversal")]
    if not all(may[each.pk].undo for each in standing):
        raise PermissionDenied(_("Others have booked a part of this. A manager of its warehouses may undo it."))


def _take_back(request: StaffRequest, found: Transfer, verb: Callable[..., object], words: str) -> HttpResponse:
    key = sent_key(request.POST) or uuid.uuid5(found.key, str(request.user.pk))
    try:
        verb(transfer=found, by=request.user, at=moment(request), key=key, origin=origin(request))
    except NotReversible as refused:
        return _detail(request, transfer_for(request, found.pk), refused, status=422)
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)
    messages.success(request, words % {"transfer": found})
    return go(request, reverse("stock:transfer-detail", args=[found.pk]))
