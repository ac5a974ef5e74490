"""The reports' pages."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from auditlog.models import LogEntry
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.queries import people_with
from alerts.models import Alert
from inventory_site.web import trail
from inventory_site.web.access import role, signed_in
from inventory_site.web.charts import Bar, bars
from inventory_site.web.chips import chips, without
from inventory_site.web.csv_rows import Cell, csv_download
from inventory_site.web.errors import error_page
from inventory_site.web.limits import limited
from inventory_site.web.quantity import format_quantity
from inventory_site.web.request import StaffRequest
from reports import queries
from reports.forms import TimelineForm
from reports.models import DailyMovement
from reports.queries.beginnings import MOST_FOUND
from reports.queries.noise import FLAPS, MOST, PERIODS, USUAL_PERIOD, Noise
from reports.queries.timeline import Line, lines_of, seal_status
from reports.services.audit_file import all_lines, said, signed_file
from reports.templatetags import trail as wording
from stock.templatetags.operations import done
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for, working_warehouse

SHOWN = 50
IN_CHART = 10
SUGGESTED = 25
# The rollup runs every ten minutes; when it has missed two turns, the page says so.
STALE = timedelta(minutes=30)


@signed_in
@require_safe
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
@require_safe
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
    name = f"fast-movers-{place}-{day}.csv"
    trail.exported(request, about=DailyMovement, name=name, warehouse=chosen.pk if chosen else None)
    return csv_download(name, header, rows)


@signed_in
@require_safe
def suggested_counts(request: StaffRequest) -> HttpResponse:
    """Show what is worth counting most in the working warehouse and why, and offer to open a count of it."""
    warehouse = working_warehouse(request, "view")
    operable = warehouse.is_open and request.user.may("operate", warehouse.pk)
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


@role("manager")
@limited("search")
@require_safe
def audit_list(request: StaffRequest) -> HttpResponse:
    """Show who did what, from where: the audit log and the ledger's operations in one time line."""
    managed, chosen = _managed(request)
    everywhere = request.user.role == "admin" and chosen is None
    form = TimelineForm(request.GET)
    asked = form.asked([chosen] if chosen else managed, everywhere=everywhere)
    lines, after = lines_of(asked, after=request.GET.get("after", ""))
    sealed, checked = seal_status()
    context = {
        "lines": lines,
        "after": after,
        "form": form,
        "asked": asked,
        "most_found": MOST_FOUND,
        "chips": chips(request, {**({"warehouse": chosen.name} if chosen else {}), **form.words}),
        "query": without(request),
        "warehouses": managed,
        "codes": {warehouse.pk: warehouse.code for warehouse in managed},
        "current": chosen,
        "sealed": sealed,
        "checked": checked,
    }
    return render(request, "reports/audit_list.html", context)


@role("manager")
@limited("export")
@require_safe
def audit_csv(request: StaffRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the same as a file that proves itself, all of it, while it is read."""
    managed, chosen = _managed(request)
    admin = request.user.role == "admin"
    form = TimelineForm(request.GET)
    asked = form.asked([chosen] if chosen else managed, everywhere=admin and chosen is None)
    if form.errors:
        return error_page(request, 422, _("A filter cannot be read, so no file was made. Choose it again on the page."))
    name = f"audit-{chosen.code if chosen else 'all'}-{timezone.localdate()}.csv"
    trail.exported(request, about=LogEntry, name=name, warehouse=chosen.pk if chosen else None)
    codes = {warehouse.pk: warehouse.code for warehouse in managed}
    lines = signed_file(_audit_header(), _audit_cells(all_lines(asked), codes), now=timezone.now(), whole=admin)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _managed(request: StaffRequest) -> tuple[list[Warehouse], Warehouse | None]:
    """Return the warehouses that the person manages, and the one that is asked for."""
    code = request.GET.get("warehouse", "")
    chosen = warehouse_for(request, "manage", code) if code else None
    return list(Warehouse.objects.for_user(request.user, "manage")), chosen


def _audit_header() -> tuple[str, ...]:
    return (
        *(_("When (UTC)"), _("Who"), _("E-mail"), _("Address"), _("Device"), _("What")),
        *(_("Kind"), _("Name"), _("Warehouse"), _("From what to what"), _("Number")),
    )


def _audit_cells(lines: Iterable[Line], codes: dict[int, str]) -> Iterator[tuple[datetime, tuple[Cell, ...]]]:
    for line in lines:
        if row := line.row:
            who = (str(row.actor or ""), row.actor_email or "", row.remote_addr or "", wording.device(row))
            place = codes.get((row.additional_data or {}).get("warehouse", 0), "")
            what = (wording.act(row), wording.kind(row), row.object_repr, place, said(wording.changes(row)), row.pk)
            yield line.place.moment, (*who, *what)
        elif booked := line.operation:
            who = (str(booked.by), booked.by.email, booked.address or "", booked.device)
            name = booked.reference or str(booked.reason or "")
            did = (done(booked.kind), _("Operation"), name, booked.warehouse.code, booked.note)
            yield line.place.moment, (*who, *did, str(booked.key))


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


@role("manager")
@require_safe
def noise(request: StaffRequest) -> HttpResponse:
    """Show how often people are told, what comes of it, and which thresholds flap, where the person manages."""
    managed, chosen = _managed(request)
    asked = _noise_asked(request, [chosen] if chosen else managed)
    context = {
        "allowed": managed,
        "chosen": chosen,
        "days": asked.days,
        "periods": PERIODS,
        "people": asked.people(),
        "kinds": asked.kinds(),
        "flapping": asked.flapping(),
        "query": f"?days={asked.days}" + (f"&warehouse={chosen.code}" if chosen else ""),
        "flaps": FLAPS,
        "most": MOST,
    }
    return render(request, "reports/noise.html", context)


@role("manager")
@limited("export")
@require_safe
def noise_csv(request: StaffRequest) -> StreamingHttpResponse:
    """Send one of its tables as a file, all of it."""
    managed, chosen = _managed(request)
    asked = _noise_asked(request, [chosen] if chosen else managed, limit=None)
    table = request.GET.get("table", "")
    table = table if table in NOISE_TABLES else "flapping"
    header, rows = NOISE_TABLES[table](asked)
    name = f"noise-{table}-{chosen.code if chosen else 'all'}-{timezone.localdate()}.csv"
    trail.exported(request, about=Alert, name=name, warehouse=chosen.pk if chosen else None)
    return csv_download(name, header, rows)


def _noise_asked(request: StaffRequest, warehouses: list[Warehouse], limit: int | None = MOST) -> Noise:
    days = request.GET.get("days", "")
    period = int(days) if days in {str(each) for each in PERIODS} else USUAL_PERIOD
    return Noise(warehouses, now=timezone.now(), days=period, zone=timezone.get_current_timezone_name(), limit=limit)


NoiseTable = tuple[tuple[str, ...], Iterator[tuple[Cell, ...]]]


def _noise_people(asked: Noise) -> NoiseTable:
    header = (_("Person"), _("Told"), _("Told a day"), _("Most on one day"), _("Acted on, percent"))
    return header, ((each.person, each.told, each.a_day, each.most, each.percent) for each in asked.people())


def _noise_kinds(asked: Noise) -> NoiseTable:
    header = (_("Kind"), _("Alerts"), _("Acted on"), _("Acted on, percent"), _("Minutes until acknowledged, median"))
    return header, ((each.label, each.opened, each.acted, each.percent, each.minutes) for each in asked.kinds())


def _noise_flapping(asked: Noise) -> NoiseTable:
    first = (_("SKU"), _("Product"), _("Unit"), _("Warehouse"), _("Threshold"), _("Figure"))
    header = (*first, _("Opened"), _("Resolved"), _("Suggested threshold"), _("Suggested margin, percent"))
    return header, (
        (
            *(each.sku, each.name, each.unit, each.warehouse.code, _("Low") if each.is_low else _("High")),
            *(each.threshold, each.opened, each.resolved, each.suggested, each.margin),
        )
        for each in asked.flapping()
    )


NOISE_TABLES: dict[str, Callable[[Noise], NoiseTable]] = {
    "people": _noise_people,
    "kinds": _noise_kinds,
    "flapping": _noise_flapping,
}
