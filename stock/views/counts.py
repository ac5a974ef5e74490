"""Blind counts: the board, opening one, and the page of each: bins to count, what was found, what came of it."""

import uuid
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory_site.web.access import signed_in
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, KeyReused, Refused, StateMovedOn
from stock.forms.counts import AssigneesForm, OpenCountForm
from stock.forms.sent_key import sent_key
from stock.models import Count
from stock.queries.counts import (
    CountMay,
    bins_of,
    board,
    can_still_be_undone,
    outcome_of,
    rights_in,
    shared_bins,
    shown_lines,
    with_progress,
)
from stock.views.answers import go, stopped
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for, working_warehouse

LINES = 50
MOST_BINS_NAMED = 5
OVER = (Count.State.POSTED, Count.State.UNDONE, Count.State.CANCELLED)
page = require_http_methods(["GET", "HEAD", "POST"])


def count_for(request: StaffRequest, pk: int) -> tuple[Count, CountMay]:
    """Return a count of a warehouse that the person may look at, with what they may do; raises Http404."""
    visible = Count.objects.in_warehouses(Warehouse.objects.for_user(request.user, "view"))
    count = get_object_or_404(with_progress(visible), pk=pk)
    return count, rights_in(request.user, count)


def refuse_unless(allowed: bool, sentence: str) -> None:
    if not allowed:
        raise PermissionDenied(sentence)


@signed_in
@require_safe
def count_list(request: StaffRequest) -> HttpResponse:
    """Show the counts by state, one's own first; `?state=` shows one of the ends, page by page."""
    visible = list(Warehouse.objects.for_user(request.user, "view"))
    code = request.GET.get("warehouse", "")
    current = warehouse_for(request, "view", code) if code else None
    counts = with_progress(Count.objects.filter(warehouse__in=[current] if current else visible))
    context: dict[str, object] = {
        "warehouses": visible,
        "current": current,
        "operable": Warehouse.objects.for_user(request.user, "operate").open().exists(),
    }
    state = request.GET.get("state", "")
    if state in OVER:
        over = counts.filter(state=state).prefetch_related("assignees")
        context |= {
            "page": keyset_page(over, by="-id", after=request.GET.get("after", "")),
            "state": Count.State(state).label,
        }
    else:
        context["columns"] = board(counts, request.user)
    return render(request, "stock/count_list.html", context)


@signed_in
@page
def count_create(request: StaffRequest) -> HttpResponse:
    """Open a count in a warehouse where the person operates."""
    if request.method != "POST":
        warehouse = working_warehouse(request, "operate")
        asked = {"assignees": [request.user.pk], **_asked(request)}
        return _opening(request, OpenCountForm(initial=asked, warehouse=warehouse), uuid.uuid4())
    warehouse = warehouse_for(request, "operate", request.POST.get("warehouse", ""))
    form, key = OpenCountForm(request.POST, warehouse=warehouse), sent_key(request.POST)
    if form.is_valid() and key is None:
        form.add_error(None, _("This page was too old to be sent. Nothing was opened; look it over and send it again."))
    if key is None or not form.is_valid():
        return _opening(request, form, key or uuid.uuid4())
    what = {name: form.cleaned_data[name] for name in ("locations", "category", "products", "assignees", "note")}
    try:
        count = services.open_count(warehouse=warehouse, by=request.user, key=key, **what)
    except Refused as refused:
        form.refuse(refused)
        return _opening(request, form, key)
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)
    _tell_opened(request, count)
    return go(request, reverse("stock:count-detail", args=[count.pk]))


def _tell_opened(request: StaffRequest, count: Count) -> None:
    messages.success(request, _("Count %(count)s is open.") % {"count": count})
    if shared := shared_bins(count):
        bins = list(dict.fromkeys(each.location.code for each in shared))
        named = ", ".join(bins[:MOST_BINS_NAMED])
        if len(bins) > MOST_BINS_NAMED:
            named = _("%(bins)s and %(n)d more") % {"bins": named, "n": len(bins) - MOST_BINS_NAMED}
        words = {"bins": named, "counts": ", ".join(dict.fromkeys(str(each.count) for each in shared))}
        text = _("Other counts that are not posted yet look into the same bins: %(bins)s (%(counts)s).")
        messages.warning(request, text % words)


def _asked(request: StaffRequest) -> dict[str, str]:
    """Return what the address asks to count: `?bins=A-01`, `?products=BOLT-M8`."""
    asked = {name: " ".join(request.GET.getlist(name)) for name in ("bins", "products") if name in request.GET}
    return {**asked, "scope": next(iter(asked), Count.Scope.BINS.value)}


def _opening(request: StaffRequest, form: OpenCountForm, key: UUID) -> HttpResponse:
    context = {
        "form": form,
        "key": key,
        "warehouse": form.warehouse,
        "warehouses": Warehouse.objects.for_user(request.user, "operate").open(),
    }
    return render(request, "stock/count_create.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_safe
def count_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a count: its bins while it is counted, what it found to those who may see that, what came of it."""
    count, may = count_for(request, pk)
    return show_count(request, count, may)


def show_count(
    request: StaffRequest, count: Count, may: CountMay, *, errors: list[str] | None = None, **refused: object
) -> HttpResponse:
    """Show the page of a count, 422 where something was refused; figures only where the person may see them.

    `refused` is what else the page says of a refusal.
    """
    context: dict[str, object] = {
        "count": count,
        "may": may,
        "bins": bins_of(count) if count.state == Count.State.OPEN else [],
        "errors": errors or [],
        "key": uuid.uuid4(),
        **refused,
    }
    if may.figures:
        context |= _figures(request, count, may)
    return render(request, "stock/count_detail.html", context, status=422 if errors else 200)


def _figures(request: StaffRequest, count: Count, may: CountMay) -> dict[str, object]:
    lines, show = shown_lines(count, request.GET.get("show", ""))
    shown = keyset_page(lines, by="id", after=request.GET.get("after", ""), size=LINES)
    tolerance = count.warehouse.count_tolerance
    return {
        "outcome": outcome_of(count),
        "show": show,
        "page": shown,
        "rows": [(line, line.is_beyond(tolerance)) for line in shown.rows],
        "operations": count.operations.select_related("by", "reversal").order_by("created"),
        "undoable": may.undo and can_still_be_undone(count, timezone.now()),
    }


@signed_in
@require_POST
def count_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Cancel a count, one's own or as a manager."""
    count, may = count_for(request, pk)
    refuse_unless(may.cancel, _("Somebody else opened this count. They or a manager may cancel it."))
    try:
        services.cancel_count(count=count)
    except (StateMovedOn, Busy) as error:
        return stopped(request, error)
    messages.success(request, _("Count %(count)s is cancelled.") % {"count": count})
    return go(request, reverse("stock:count-detail", args=[count.pk]))


@signed_in
@page
def count_assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose anew who counts."""
    count, may = count_for(request, pk)
    refuse_unless(may.review, _("You may look at this count, but not change it."))
    if request.method != "POST":
        chosen = {"assignees": [person.pk for person in count.assignees.all()]}
        form = AssigneesForm(initial=chosen, warehouse=count.warehouse)
    else:
        form = AssigneesForm(request.POST, warehouse=count.warehouse)
        try:
            if form.is_valid():
                services.assign_count(count=count, assignees=form.cleaned_data["assignees"])
                return go(request, reverse("stock:count-detail", args=[count.pk]))
        except Refused as refused:
            form.refuse(refused)
        except (StateMovedOn, Busy) as error:
            return stopped(request, error)
    return render(
        request, "stock/count_assign.html", {"form": form, "count": count}, status=422 if form.errors else 200
    )
