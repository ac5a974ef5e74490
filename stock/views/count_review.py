"""The end of a count: lines sent back, the count posted after a second look, or undone as a whole."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from inventory_site.web.access import signed_in
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, KeyReused, NotReversible, Refused, StateMovedOn
from stock.forms.sent_key import sent_key
from stock.models import Count, Operation, StockTransaction
from stock.queries.booked import visible_later
from stock.queries.counts import CountMay, outcome_of
from stock.views.answers import go, moment, origin, stopped
from stock.views.corrections import corrections, instead_of
from stock.views.counts import count_for, refuse_unless, show_count


def _version(request: StaffRequest) -> int:
    """Return which version of the count the person saw; one that no count has where the form does not say."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _back(request: StaffRequest, count: Count) -> HttpResponse:
    return go(request, reverse("stock:count-detail", args=[count.pk]))


@signed_in
@require_POST
def count_recount(request: StaffRequest, pk: int) -> HttpResponse:
    """Send lines back to be counted again."""
    count, may = count_for(request, pk)
    refuse_unless(may.review and may.figures, _("You may look at this count, but not review it."))
    ids = [int(text) for text in request.POST.getlist("line") if text.isascii() and text.isdigit() and len(text) < 19]
    lines = list(count.lines.filter(pk__in=ids, counted__isnull=False))
    try:
        services.ask_recount(count=count, lines=lines, version=_version(request))
    except Refused as refused:
        return show_count(request, count, may, errors=[problem.message for problem in refused.problems])
    except (StateMovedOn, Busy) as error:
        return stopped(request, error)
    text = ngettext("%(n)d line is to be counted again.", "%(n)d lines are to be counted again.", len(lines))
    messages.success(request, text % {"n": len(lines)})
    return _back(request, count)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def count_post(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask once more, then book what the count found."""
    count, may = count_for(request, pk)
    refuse_unless(may.review and may.figures, _("You may look at this count, but not post it."))
    if request.method != "POST":
        return _ask(request, count, may)
    try:
        services.post_count(
            count=count,
            by=request.user,
            at=moment(request),
            key=sent_key(request.POST) or uuid.uuid4(),
            version=_version(request),
            origin=origin(request),
        )
    except Refused as refused:
        return show_count(request, count, may, errors=[problem.message for problem in refused.problems])
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)
    messages.success(request, _("Count %(count)s is posted.") % {"count": count})
    return _back(request, count)


def _ask(request: StaffRequest, count: Count, may: CountMay) -> HttpResponse:
    if count.state != Count.State.REVIEW:
        words = {"count": count, "state": count.get_state_display().lower()}
        return stopped(request, StateMovedOn(_("Count %(count)s is %(state)s: there is nothing to post.") % words))
    context = {"count": count, "may": may, "outcome": outcome_of(count), "key": uuid.uuid4()}
    return render(request, "stock/count_post.html", context)


@signed_in
@require_POST
def count_undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Undo a posted count as a whole, one's own or as a manager."""
    count, may = count_for(request, pk)
    refuse_unless(may.undo, _("Somebody else posted this count. They or a manager may undo it."))
    try:
        services.undo_count(
            count=count,
            by=request.user,
            at=moment(request),
            key=sent_key(request.POST) or uuid.uuid4(),
            origin=origin(request),
        )
    except NotReversible as refused:
        booked = StockTransaction.objects.filter(operation__count=count, operation__kind=Operation.Kind.COUNT)
        ways = {
            "later": visible_later(request.user, refused.later),
            "corrections": corrections(request, booked, reference=str(count), note=instead_of(str(count))),
        }
        return show_count(request, count, may, errors=[str(refused)], **ways)
    except (KeyReused, StateMovedOn, Busy) as error:
        return stopped(request, error)
    messages.success(request, _("Count %(count)s is undone.") % {"count": count})
    return _back(request, count)
