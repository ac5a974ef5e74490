"""Where the day begins, and where everything else is."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inventory_site.web.access import signed_in
from inventory_site.web.request import StaffRequest
from inventory_site.web.zones import day_in
from stock.queries.counts import with_counts
from stock.queries.products import state_counts
from stock.queries.today import concerns_of, last_booked, movements_on
from stock.queries.transfers import due_in
from warehouses.models import Warehouse
from warehouses.queries import working_warehouse

MOST_CONCERNS = 6
LAST_BOOKED = 5
NOON, EVENING = 12, 18


@signed_in
@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """Show what needs attention and lead to the work."""
    context: dict[str, object] = {"greeting": _greeting(request.user.name)}
    try:
        current = working_warehouse(request, "view")
    except PermissionDenied:
        return render(request, "stock/today.html", context)
    visible = list(with_counts(Warehouse.objects.for_user(request.user, "view").open(), request.user))
    now = timezone.now()
    day = day_in(current.time_zone, now)
    context |= {
        "current": current,
        "warehouses": visible,
        "operable": current.is_open and request.user.may("operate", current.pk),
        "concerns": concerns_of(request.user, limit=MOST_CONCERNS),
        "counts": state_counts(current, now),
        "movements": movements_on(current, day),
        "day": day,
        "due": due_in(current, now),
        "to_count": sum(each.to_count for each in visible if each == current),
        "booked": last_booked(request.user, visible, limit=LAST_BOOKED),
    }
    return render(request, "stock/today.html", context)


def _greeting(name: str) -> str:
    """Greet by the first name and the time of day in the person's own zone, which the request has in force."""
    hour = timezone.localtime().hour
    words = {"name": name.split(" ")[0] if name else ""}
    if hour < NOON:
        return _("Good morning, %(name)s") % words
    if hour < EVENING:
        return _("Good afternoon, %(name)s") % words
    return _("Good evening, %(name)s") % words


@signed_in
@require_safe
def more(request: StaffRequest) -> HttpResponse:
    """Lead to everything that has no tab on a phone."""
    return render(request, "stock/more.html")
