"""One operation: what it did, and undoing it."""

import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inventory_site.web.access import signed_in
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, KeyReused, NotReversible, StateMovedOn
from stock.forms.sent_key import sent_key
from stock.models import Operation, StockTransaction
from stock.queries.booked import (
    May,
    amounts_of,
    can_still_be_undone,
    rights_over,
    transit_amounts,
    transit_of,
    visible_later,
)
from stock.views.answers import go, moment, origin, stopped
from stock.views.corrections import corrections, instead_of
from stock.views.wording import products_done
from warehouses.models import Warehouse

ROWS = 50
# What was booked within this time of being done needs no second moment.
AT_ONCE = timedelta(minutes=1)


@signed_in
@require_safe
def operation_detail(request: StaffRequest, key: UUID) -> HttpResponse:
    """Show what an operation did in the warehouses that the person may see."""
    operation = get_object_or_404(_visible(request), pk=key)
    may = rights_over(request.user, [operation])[operation.pk]
    return render(request, "stock/operation_detail.html", _page(request, operation, may))


@signed_in
@require_POST
def operation_reverse(request: StaffRequest, key: UUID) -> HttpResponse:
    """Undo an operation, one's own or as a manager; refused, its page says why and what to undo first."""
    operation = get_object_or_404(_visible(request), pk=key)
    may = rights_over(request.user, [operation])[operation.pk]
    if not may.undo:
        raise PermissionDenied(_why_not(request, operation))
    key = _undo_key(request, operation)
    try:
        services.reverse(operation=operation, by=request.user, at=moment(request), key=key, origin=origin(request))
    except NotReversible as refused:
        if _stays(request):
            return _told(request, messages.ERROR, str(refused), f"see:{operation.pk}")
        return _refused(request, operation, may, refused)
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)
    words = _("Undone: %(what)s") % {"what": _headline(request, operation)}
    if _stays(request):
        return _told(request, messages.SUCCESS, words)
    messages.success(request, words)
    return go(request, _way_back(request, operation))


def _stays(request: StaffRequest) -> bool:
    """Whether the page with the button stays as it is, with what is typed on it: it wants to be told, no more."""
    return bool(request.htmx) and "stay" in request.POST


def _told(request: StaffRequest, level: int, words: str, tags: str = "") -> HttpResponse:
    messages.add_message(request, level, words, extra_tags=tags)
    return render(request, "components/messages.html", {"oob": True})


def _visible(request: StaffRequest) -> QuerySet[Operation]:
    return Operation.objects.in_warehouses(Warehouse.objects.for_user(request.user, "view")).with_names()


def _rows(request: StaffRequest, operation: Operation) -> QuerySet[StockTransaction]:
    visible = Warehouse.objects.for_user(request.user, "view")
    return StockTransaction.objects.filter(operation=operation).in_warehouses(visible).with_names()


def _headline(request: StaffRequest, operation: Operation) -> str:
    amounts = amounts_of(_rows(request, operation), limit=2)
    if operation.transfer_id and not amounts:
        amounts = transit_amounts(operation, limit=2)
    return products_done(operation.kind, amounts)


def _page(request: StaffRequest, operation: Operation, may: May) -> dict[str, object]:
    page = keyset_page(_rows(request, operation), by="id", after=request.GET.get("after", ""), size=ROWS)
    sees_warehouse = request.user.may("view", operation.warehouse_id)
    return {
        "operation": operation,
        "headline": _headline(request, operation),
        "facts": _facts(operation, sees_warehouse=sees_warehouse),
        "page": page,
        "written_off": transit_of(operation) if operation.transfer_id and not page.rows else [],
        "may": may,
        "undoable": may.undo and can_still_be_undone(operation, timezone.now()),
        "undo_key": uuid.uuid4(),
    }


def _facts(operation: Operation, *, sees_warehouse: bool) -> list[tuple[str, object]]:
    def moment_of(when: datetime) -> str:
        return date_format(localtime(when), "j M Y, H:i")

    facts: list[tuple[str, object]] = [
        (_("Warehouse"), operation.warehouse.name if sees_warehouse else _("Another warehouse")),
        (_("By"), operation.by),
        (_("Done"), moment_of(operation.at)),
    ]
    if abs(operation.created - operation.at) > AT_ONCE:
        facts.append((_("Booked"), moment_of(operation.created)))
    if operation.clock_corrected:
        facts.append((_("Clock"), _("The device's clock was wrong; ours was taken.")))
    if operation.reason:
        facts.append((_("Reason"), operation.reason.name))
    if operation.lot_reason:
        facts.append((_("Why another lot"), operation.lot_reason))
    if operation.reference:
        facts.append((_("Reference"), operation.reference))
    if operation.note:
        facts.append((_("Note"), operation.note))
    return facts


def _why_not(request: StaffRequest, operation: Operation) -> str:
    if operation.by_id == request.user.pk:
        return _("You may not operate in every warehouse that this touched. Ask a manager to undo it.")
    return _("Somebody else booked this. A manager of its warehouses may undo it.")


def _undo_key(request: StaffRequest, operation: Operation) -> UUID:
    """Return the key of the undo: the form's, else one that is the same for every tap of this person."""
    return sent_key(request.POST) or uuid.uuid5(operation.pk, str(request.user.pk))


def _refused(request: StaffRequest, operation: Operation, may: May, refused: NotReversible) -> HttpResponse:
    # Booking names the undo on the operation at hand; it was rolled back, so the operation is read anew.
    operation = _visible(request).get(pk=operation.pk)
    context = {
        **_page(request, operation, may),
        "refusal": str(refused),
        "later": visible_later(request.user, refused.later),
        "corrections": _corrections(request, operation),
    }
    return render(request, "stock/operation_detail.html", context, status=422)


def _corrections(request: StaffRequest, operation: Operation) -> list[tuple[str, str]]:
    """Return the corrections that take back what remains, warehouse by warehouse.

    Not for goods on their way between warehouses, nor for a part of a count: both have a way back of their own.
    """
    if operation.transfer_id is not None or operation.count_id is not None:
        return []
    note = instead_of(_headline(request, operation))
    return corrections(request, _rows(request, operation), reference=operation.reference, note=note)


def _way_back(request: StaffRequest, operation: Operation) -> str:
    """Return the page on which the button stood, or the operation's own where that cannot be opened again."""
    here = reverse("stock:operation-detail", args=[operation.pk])
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return here if not ours or before.split("?")[0].endswith("/undo/") else before
