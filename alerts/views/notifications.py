"""A person's own side: what they are told of, how and when, a test of each channel, and what they were told."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from alerts.errors import Unreachable
from alerts.forms import TIMES, NotificationsForm
from alerts.models import Channel, Delivery
from alerts.queries.choices import choices_of, differing, partly, warehouses_of
from alerts.queries.reach import is_set_up, reaches
from alerts.queries.recipients import preferences_of
from alerts.queries.told import told
from alerts.services.choosing import choose, send_test
from inventory_site.web.access import role, signed_in
from inventory_site.web.keyset import keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for

# A test that has waited for longer is not asked for every two seconds any more.
WORTH_ASKING = timedelta(minutes=2)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: StaffRequest) -> HttpResponse:
    """Let a person choose for all their warehouses, or for the one that the address names."""
    code = request.GET.get("warehouse", "")
    current = warehouse_for(request, "view", code) if code else None
    if request.method != "POST":
        return _page(request, current)
    form = _form(request, current, request.POST)
    if not form.is_valid():
        return _page(request, current, form)
    choose(person=request.user, warehouse=current, chosen=form.chosen, times=form.times)
    messages.success(request, _("Saved what you are told of."))
    return redirect(request.get_full_path())


def _form(request: StaffRequest, current: Warehouse | None, sent: QueryDict | None = None) -> NotificationsForm:
    cells = choices_of(request.user, current, [channel for channel in Channel if is_set_up(channel)])
    kept = preferences_of(request.user)
    times = None if current else {name: getattr(kept, name) for name in TIMES}
    return NotificationsForm(sent, cells=cells, times=times)


def _page(
    request: StaffRequest, current: Warehouse | None, form: NotificationsForm | None = None, **more: object
) -> HttpResponse:
    """Show the page, 422 with the form that was refused or with `errors`."""
    shown = form or _form(request, current)
    context = {
        "form": shown,
        "partly": partly(request.user, shown.cells),
        "current": current,
        "preferences": preferences_of(request.user),
        "warehouses": list(warehouses_of(request.user)),
        "differing": [] if current else list(differing(request.user)),
        **_reaches(request),
        **more,
    }
    return render(request, "alerts/notifications.html", context, status=422 if form or more else 200)


def _reaches(request: StaffRequest) -> dict[str, object]:
    """Return how the person is reached, and whether the page asks again soon what became of a test."""
    found, since = reaches(request.user), timezone.now() - WORTH_ASKING
    waiting = [each.test for each in found if each.test and each.test.status == Delivery.Status.WAITING]
    return {"reaches": found, "asks": any(test.created > since for test in waiting)}


@signed_in
@limited("test_message")
@require_http_methods(["GET", "HEAD", "POST"])
def notification_test(request: StaffRequest) -> HttpResponse:
    """Send the person a test through a channel; asked by htmx, say what became of the last ones."""
    if request.method != "POST":
        fragment = render(request, "alerts/notifications.html#reaches", _reaches(request)) if request.htmx else None
        return fragment or redirect("alerts:notifications")
    channel = request.POST.get("channel", "")
    if channel not in Channel.values:
        return _page(request, None, errors=[_("Choose a channel to test.")])
    try:
        test = send_test(person=request.user, channel=Channel(channel), at=timezone.now())
    except Unreachable as error:
        return _page(request, None, errors=[str(error)])
    if test.channel == Channel.APP:
        messages.info(request, f"{test.headline}. {test.message}")
    else:
        messages.success(request, _("A test is on its way by %(channel)s.") % {"channel": test.get_channel_display()})
    return redirect("alerts:notifications")


@signed_in
@require_safe
def notification_history(request: StaffRequest) -> HttpResponse:
    """Show what the person was told."""
    return _history(request, request.user)


@role("admin")
@require_safe
def notification_history_of(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what somebody was told."""
    return _history(request, get_object_or_404(User, pk=pk))


def _history(request: StaffRequest, person: User) -> HttpResponse:
    page = keyset_page(told(person, reader=request.user), by="-id", after=request.GET.get("after", ""))
    own = person.pk == request.user.pk
    return render(request, "alerts/notification_history.html", {"page": page, "person": person, "own": own})
