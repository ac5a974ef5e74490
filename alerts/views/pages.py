"""The pages of alerts."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alerts.errors import AlertResolved
from alerts.models import Alert
from alerts.queries import deliveries_of, operable
from alerts.services import acknowledge
from inventory_site.web.access import signed_in
from inventory_site.web.errors import error_page
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for


@signed_in
@require_safe
def alert_list(request: StaffRequest) -> HttpResponse:
    """Show the incidents of the person's warehouses, those first that nobody has acknowledged."""
    code = request.GET.get("warehouse", "")
    current = warehouse_for(request, "view", code) if code else None
    state = request.GET.get("state", "")
    state = state if state in (*Alert.Status.values, "all") else Alert.Status.OPEN.value
    alerts = Alert.objects.visible_to(request.user).with_names().in_state(state)
    page = keyset_page(alerts.at(current) if current else alerts, by="-id", after=request.GET.get("after", ""))
    context = {
        "page": page,
        "state": state,
        "tabs": _tabs(request, state),
        "current": current,
        "chips": [{"label": current.name, "href": _without(request, "warehouse")}] if current else [],
        "warehouses": Warehouse.objects.for_user(request.user, "view"),
        "operable": operable(request.user, page.rows),
    }
    return render(request, "alerts/alert_list.html", context)


def _tabs(request: StaffRequest, current: str) -> list[dict[str, object]]:
    states = {
        Alert.Status.OPEN.value: _("Open"),
        Alert.Status.ACKNOWLEDGED.value: _("Acknowledged"),
        Alert.Status.RESOLVED.value: _("Resolved"),
        "all": _("All"),
    }
    return [
        {"label": words, "href": f"{_without(request, 'state')}&state={state}", "current": state == current}
        for state, words in states.items()
    ]


def _without(request: StaffRequest, name: str) -> str:
    """Return this page's query string without one filter, from the first page on."""
    query = request.GET.copy()
    for dropped in (name, "after"):
        query.pop(dropped, None)
    return f"?{query.urlencode()}"


@signed_in
@require_safe
def alert_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one incident; who was told of it is for the managers of its warehouse."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user).with_names(), pk=pk)
    manages = alert.warehouse_id is not None and request.user.may("manage", alert.warehouse_id)
    context = {
        "alert": alert,
        "facts": _facts(alert),
        "operable": operable(request.user, [alert]),
        "deliveries": deliveries_of(alert) if manages else None,
    }
    return render(request, "alerts/alert_detail.html", context)


def _facts(alert: Alert) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [(_("Since"), _moment(alert.created))]
    if alert.acknowledged:
        facts.append((_("Acknowledged"), _moment(alert.acknowledged)))
        facts.append((_("Acknowledged by"), alert.acknowledged_by))
    if alert.resolved:
        facts.append((_("Resolved"), _moment(alert.resolved)))
    return [*facts, (_("Assigned to"), alert.assignee), (_("Severity"), alert.get_severity_display())]


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "j M Y, H:i")


@signed_in
@require_POST
def alert_acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    """Acknowledge an incident: its row for htmx, else back to the page that the button stood on."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    may_operate = operable(request.user, [alert])
    if alert.warehouse_id not in may_operate:
        raise PermissionDenied(_("You may look at the alerts of this warehouse, but not acknowledge them."))
    try:
        alert = acknowledge(alert=alert, by=request.user, at=timezone.now())
    except AlertResolved as error:
        return error_page(request, 409, str(error))
    messages.success(request, _("Acknowledged: %(alert)s") % {"alert": alert.headline})
    if request.htmx:
        return render(request, "alerts/alert_list.html#row", {"alert": alert, "operable": may_operate, "oob": True})
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else alert)
