"""The ledger, line by line."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inventory_site.web.access import signed_in
from inventory_site.web.chips import chips
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from stock.forms.filters import LedgerFilter
from stock.queries.transactions import ledger_of, named
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for


@signed_in
@require_safe
def transaction_list(request: StaffRequest) -> HttpResponse:
    """Show the ledger of the person's warehouses, the newest line first."""
    visible = list(Warehouse.objects.for_user(request.user, "view"))
    code = request.GET.get("warehouse", "")
    current = warehouse_for(request, "view", code) if code else None
    filters = LedgerFilter(request.GET, ledger_of([current] if current else visible))
    page = keyset_page(filters.qs, by="-id", after=request.GET.get("after", ""))
    words = {"warehouse": current.name} if current else {}
    context = {
        "page": page,
        "lines": named(page.rows),
        "form": filters.form,
        "chips": chips(request, {**words, **filters.words}),
        "warehouses": visible,
        "current": current,
    }
    return render(request, "stock/transaction_list.html", context)
