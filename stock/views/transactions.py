"""The ledger, line by line: as a page and as a file."""

from collections.abc import Iterator
from datetime import tzinfo

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inventory_site.web import trail
from inventory_site.web.access import signed_in
from inventory_site.web.chips import chips, without
from inventory_site.web.csv_rows import Cell, csv_download
from inventory_site.web.errors import error_page
from inventory_site.web.keyset import keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from stock.forms.filters import LedgerFilter
from stock.models import Operation, StockTransaction
from stock.queries.transactions import Lines, in_chunks, named
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for


@signed_in
@limited("search")
@require_safe
def transaction_list(request: StaffRequest) -> HttpResponse:
    """Show the ledger of the person's warehouses, the newest line first."""
    visible, current = _places(request)
    filters = LedgerFilter(request.GET, warehouses=[current] if current else visible)
    page = keyset_page(filters.qs, by="-id", after=request.GET.get("after", ""))
    words = {"warehouse": current.name} if current else {}
    context = {
        "page": page,
        "lines": named(page.rows),
        "form": filters.form,
        "chips": chips(request, {**words, **filters.words}),
        "query": without(request),
        "warehouses": visible,
        "current": current,
    }
    return render(request, "stock/transaction_list.html", context)


@signed_in
@limited("export")
@require_safe
def transaction_csv(request: StaffRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the same lines as a file, all of them, while they are read; none where a filter cannot be read."""
    visible, current = _places(request)
    filters = LedgerFilter(request.GET, warehouses=[current] if current else visible)
    # A page shows which filters are in force; a file would say more than was asked for without a word.
    if filters.form.errors:
        return error_page(request, 422, _("A filter cannot be read, so no file was made. Choose it again on the page."))
    name = f"transactions-{current.code if current else 'all'}-{timezone.localdate()}.csv"
    trail.exported(request, about=StockTransaction, name=name, warehouse=current.pk if current else None)
    # What is in force for this request is over when the rows are read.
    return csv_download(name, _header(), _cells(filters.qs, timezone.get_current_timezone(), _words()))


def _places(request: StaffRequest) -> tuple[list[Warehouse], Warehouse | None]:
    """Return the warehouses whose ledger the person may read, and the one that is asked for."""
    code = request.GET.get("warehouse", "")
    return list(Warehouse.objects.for_user(request.user, "view")), warehouse_for(
        request, "view", code
    ) if code else None


COLUMNS = (
    *("pk", "created", "operation__at", "occurred_on", "operation__kind", "type", "product__sku", "product__name"),
    *("quantity", "product__unit__code", "balance_after", "warehouse__code", "location__code", "lot__number"),
    *("lot__expires_on", "operation__by__name", "operation__reference", "operation__reason__name", "operation__note"),
    "operation_id",
)


def _header() -> tuple[str, ...]:
    return (
        *(_("Line"), _("Booked"), _("Done"), _("Day"), _("What"), _("Type"), _("SKU"), _("Product")),
        *(_("Quantity"), _("Unit"), _("Level after"), _("Warehouse"), _("Bin"), _("Lot")),
        *(_("Expires"), _("By"), _("Reference"), _("Reason"), _("Note")),
        _("Operation"),
    )


def _words() -> dict[str, str]:
    """Return what the kinds of operations and the types of lines are called in the reader's language."""
    choices = [*Operation.Kind.choices, *StockTransaction.Type.choices]
    # A kind and a type of one name mean one thing.
    return {value: str(label) for value, label in choices}


def _cells(lines: Lines, zone: tzinfo, words: dict[str, str]) -> Iterator[tuple[Cell, ...]]:
    for line, created, at, day, kind, type_, *rest, operation in in_chunks(lines, *COLUMNS):
        moments = (created.astimezone(zone), at.astimezone(zone), day)
        yield (line, *moments, words[kind], words[type_], *rest, str(operation))
