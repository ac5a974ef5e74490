"""The pages of alerts: the list, one incident, and what a person does with it."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import quote_etag, url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_POST, require_safe

from alerts import services
from alerts.errors import AlertRefused, AlertResolved
from alerts.forms import AssignForm, CommentForm, ListFilter, ResolveForm, SnoozeForm
from alerts.models import Alert
from alerts.queries import deliveries_of, history_of, may_act, narrowed, operable, time_line, unread
from alerts.queries.queues import stuck_words
from inventory_site.web.access import signed_in
from inventory_site.web.chips import chips, without
from inventory_site.web.errors import error_page
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from inventory_site.web.session_life import asked_by_itself
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
    filters = ListFilter(request.GET)
    alerts = narrowed(Alert.objects.visible_to(request.user).in_state(state), filters.chosen(), request.user)
    alerts = alerts.at(current) if current else alerts
    page = keyset_page(alerts.with_names(), by="-id", after=request.GET.get("after", ""))
    context = {
        "page": page,
        "state": state,
        "tabs": _tabs(request, state),
        "current": current,
        "filters": filters,
        "chips": chips(request, {**({"warehouse": current.name} if current else {}), **filters.words()}),
        "clear": f"?state={state}",
        "warehouses": Warehouse.objects.for_user(request.user, "view"),
        "operable": operable(request.user, page.rows),
        "stuck": stuck_words(at=timezone.now()) if _is_admin(request) else [],
    }
    return render(request, "alerts/alert_list.html", context)


def _tabs(request: StaffRequest, current: str) -> list[dict[str, object]]:
    states = {**dict(Alert.Status.choices), "all": _("All")}
    rest = without(request, "state")
    return [
        {"label": words, "href": f"{rest}&state={state}", "current": state == current}
        for state, words in states.items()
    ]


@signed_in
@require_safe
def alert_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one incident, which makes it read; who was told of it is for the managers of its warehouse."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user).with_names(), pk=pk)
    services.mark_read(alert=alert, by=request.user, at=timezone.now())
    return _show(request, alert)


def _show(request: StaffRequest, alert: Alert, refused: forms.Form | None = None) -> HttpResponse:
    """Show the page of an alert, 422 with the form that was refused."""
    manages = alert.warehouse_id is not None and request.user.may("manage", alert.warehouse_id)
    deliveries = list(deliveries_of(alert)) if manages or _is_admin(request) else None
    acts = may_act(request.user, alert)
    context = {
        "alert": alert,
        "facts": _facts(alert),
        "acts": acts,
        "deliveries": deliveries,
        "history": time_line(history_of(alert), deliveries or []),
        **(_forms(alert, refused) if acts else {}),
    }
    return render(request, "alerts/alert_detail.html", context, status=422 if refused else 200)


def _is_admin(request: StaffRequest) -> bool:
    return request.user.role == request.user.Role.ADMIN


def _forms(alert: Alert, refused: forms.Form | None) -> dict[str, object]:
    """Return the form of each thing to do; of the one that was refused, the one that was sent."""
    fresh = {"snoozing": SnoozeForm(), "assigning": AssignForm(alert=alert)}
    made = {**fresh, "commenting": CommentForm(), "resolving": ResolveForm()}
    if refused is None:
        return dict(made)
    name = next(name for name, form in made.items() if type(form) is type(refused))
    return {**made, name: refused, "form": refused}


def _facts(alert: Alert) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [(_("Since"), _moment(alert.created))]
    if alert.status == Alert.Status.SNOOZED and alert.snoozed_until:
        facts.append((_("Rests until"), _moment(alert.snoozed_until)))
    elif alert.acknowledged:
        facts.append((_("Acknowledged"), _moment(alert.acknowledged)))
        facts.append((_("Acknowledged by"), alert.acknowledged_by))
    if alert.resolved:
        facts.append((_("Resolved"), _moment(alert.resolved)))
    if alert.resolution:
        facts += [(_("Resolved by"), alert.resolved_by), (_("Why"), alert.resolution)]
    return [
        *facts,
        (_("Assigned to"), alert.assignee or _("Nobody yet")),
        (_("Severity"), alert.get_severity_display()),
    ]


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "j M Y, H:i")


def _to_change(request: StaffRequest, pk: int, sentence: str) -> Alert:
    """Return an alert that the person may act on; raises Http404, or PermissionDenied where they may only look."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user).with_names(), pk=pk)
    if not may_act(request.user, alert):
        raise PermissionDenied(sentence)
    return alert


@signed_in
@require_POST
def alert_acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    """Acknowledge an incident: its row for htmx, else back to the page that the button stood on."""
    alert = _to_change(request, pk, _("You may look at the alerts of this warehouse, but not acknowledge them."))
    try:
        alert = services.acknowledge(alert=alert, by=request.user, at=timezone.now())
    except AlertResolved as error:
        return error_page(request, 409, str(error))
    messages.success(request, _("Acknowledged: %(alert)s") % {"alert": alert.headline})
    if request.htmx:
        context = {"alert": alert, "operable": operable(request.user, [alert]), "oob": True}
        return render(request, "alerts/alert_list.html#row", context)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else alert)


ONLY_LOOK = "You may look at the alerts of this warehouse, but not change them."


def _act(request: StaffRequest, alert: Alert, form: forms.Form, verb: Callable[[], Alert], words: str) -> HttpResponse:
    """Do with the alert what the form says and go back to its page, or show that with what is wrong."""
    if form.is_valid():
        try:
            done = verb()
        except AlertRefused as refused:
            form.add_error(list(form.fields)[-1], str(refused))
        except AlertResolved as error:
            return error_page(request, 409, str(error))
        else:
            messages.success(request, words % {"alert": done.headline, "person": done.assignee})
            return redirect(done)
    return _show(request, alert, form)


@signed_in
@require_POST
def alert_snooze(request: StaffRequest, pk: int) -> HttpResponse:
    """Let an incident rest until a moment."""
    alert, form, at = _to_change(request, pk, _(ONLY_LOOK)), SnoozeForm(request.POST), timezone.now()

    def verb() -> Alert:
        return services.snooze(alert=alert, by=request.user, until=form.cleaned_data["until"], at=at)

    return _act(request, alert, form, verb, _("Rests now: %(alert)s"))


@signed_in
@require_POST
def alert_assign(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an incident to somebody."""
    alert, at = _to_change(request, pk, _(ONLY_LOOK)), timezone.now()
    form = AssignForm(request.POST, alert=alert)

    def verb() -> Alert:
        return services.assign(alert=alert, to=form.cleaned_data["to"], by=request.user, at=at)

    return _act(request, alert, form, verb, _("Assigned to %(person)s."))


@signed_in
@require_POST
def alert_comment(request: StaffRequest, pk: int) -> HttpResponse:
    """Say something about an incident."""
    alert, form, at = _to_change(request, pk, _(ONLY_LOOK)), CommentForm(request.POST), timezone.now()

    def verb() -> Alert:
        return services.comment(alert=alert, text=form.cleaned_data["text"], by=request.user, at=at)

    return _act(request, alert, form, verb, _("Your comment stands in the history."))


@signed_in
@require_POST
def alert_resolve(request: StaffRequest, pk: int) -> HttpResponse:
    """End an incident by hand, with a word why."""
    alert, form, at = _to_change(request, pk, _(ONLY_LOOK)), ResolveForm(request.POST), timezone.now()

    def verb() -> Alert:
        return services.resolve(alert=alert, why=form.cleaned_data["why"], by=request.user, at=at)

    return _act(request, alert, form, verb, _("Resolved: %(alert)s"))


def _unread_mark(request: StaffRequest) -> str:
    """Say what the answer shows and to whom; the figure is kept for the answer."""
    request.unread = unread(request.user)  # type: ignore[attr-defined]
    return quote_etag(f"{request.user.pk}-{request.unread}-{get_language()}")  # type: ignore[attr-defined]


@asked_by_itself
@signed_in
@require_safe
@condition(etag_func=_unread_mark)
def alert_unread(request: StaffRequest) -> HttpResponse:
    """Show how many incidents wait unread: the figures in the navigation, 304 while they are the same."""
    if not request.htmx:
        return redirect("alerts:alert-list")
    return render(request, "alerts/alert_unread.html", {"unread": request.unread})  # type: ignore[attr-defined]
