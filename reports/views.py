"""The reports' pages."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.queries import people_with
from inventory_site.web.access import signed_in
from inventory_site.web.charts import Bar, bars
from inventory_site.web.csv_rows import csv_download
from inventory_site.web.limits import limited
from inventory_site.web.quantity import format_quantity
from inventory_site.web.request import StaffRequest
from reports import queries
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for, working_warehouse

SHOWN = 50
IN_CHART = 10
SUGGESTED = 25
# The rollup runs every ten minutes; when it has missed two turns, the page says so.
STALE = timedelta(minutes=30)


@signed_in
def fast_movers(request: StaffRequest) -> HttpResponse:
    """Show what left the person's warehouses most in the last 30 days."""
    allowed = list(Warehouse.objects.for_user(request.user, "view"))
    chosen = _chosen(request)
    shown = allowed if chosen is None else [chosen]
    now = timezone.now()
    day = queries.last_day(shown, now)
    movers = queries.fast_movers(shown, day=day, limit=SHOWN)
    counted = queries.counted_at()
    context = {
        "allowed": allowed,
        "chosen": chosen,
        "movers": movers,
        "chart": _chart(movers[:IN_CHART]),
        "counted": counted,
        "stale": counted is not None and now - counted > STALE,
        **_spans(day),
    }
    return render(request, "reports/fast_movers.html", context)


@signed_in
@limited("export")
def fast_movers_csv(request: StaffRequest) -> StreamingHttpResponse:
    """Send the same as a file, every product that was shipped."""
    chosen = _chosen(request)
    shown = list(Warehouse.objects.for_user(request.user, "view")) if chosen is None else [chosen]
    day = queries.last_day(shown, timezone.now())
    rows = (
        (m.rank, m.sku, m.name, m.unit, m.shipped, m.previous, m.previous_rank, m.climbed)
        for m in queries.fast_movers(shown, day=day, limit=None)
    )
    header = (
        _("Rank"),
        _("SKU"),
        _("Product"),
        _("Unit"),
        _("Shipped in 30 days"),
        _("Shipped in the 30 days before"),
        _("Rank before"),
        _("Places climbed"),
    )
    place = chosen.code if chosen else "all"
    return csv_download(f"fast-movers-{place}-{day}.csv", header, rows)


@signed_in
@require_safe
def suggested_counts(request: StaffRequest) -> HttpResponse:
    """Show what is worth counting most in the working warehouse and why, and offer to open a count of it."""
    warehouse = working_warehouse(request, "view")
    operable = Warehouse.objects.for_user(request.user, "operate").open().contains(warehouse)
    suggestions = queries.suggested_counts(
        warehouse, day=queries.last_day([warehouse], timezone.now()), limit=SUGGESTED
    )
    context = {
        "warehouse": warehouse,
        "warehouses": Warehouse.objects.for_user(request.user, "view").open(),
        "operable": operable,
        "people": people_with("operate", warehouse).order_by("name", "email") if operable else [],
        "suggestions": [(each, each.score * 100 / (suggestions[0].score or 1)) for each in suggestions],
        "key": uuid.uuid4(),
    }
    return render(request, "reports/suggested_counts.html", context)


def _chosen(request: StaffRequest) -> Warehouse | None:
    code = request.GET.get("warehouse")
    return warehouse_for(request, "view", code) if code else None


def _spans(day: date) -> dict[str, date]:
    """Give the first and last day of both spans, for the words on the page and the links to the ledger."""
    since = day - queries.SPAN + timedelta(days=1)
    return {
        "since": since,
        "until": day,
        "previous_since": since - queries.SPAN,
        "previous_until": since - timedelta(days=1),
    }


def _chart(movers: list[queries.FastMover]) -> Any:
    rows = [Bar(m.name, m.shipped, f"{format_quantity(m.shipped)} {m.unit}") for m in movers]
    return bars(rows, title=_("Shipped in 30 days"), key="fast-movers")
