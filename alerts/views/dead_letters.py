"""What could not be brought to its person: the list for admins, and trying it again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alerts.errors import NotFailed
from alerts.models import Channel, Delivery
from alerts.queries.dead_letters import FAILING, failed_deliveries, unheard
from alerts.services import dead_letters
from inventory_site.web.access import role
from inventory_site.web.keyset import keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest


@role("admin")
@require_safe
def dead_letter_list(request: StaffRequest) -> HttpResponse:
    """Show what has failed for good, the newest first, of all channels or of one."""
    channel = _channel(request.GET.get("channel", ""))
    tabs = [("", _("All")), *((each.value, str(each.label)) for each in FAILING)]
    context = {
        "page": keyset_page(failed_deliveries(channel), by="-id", after=request.GET.get("after", "")),
        "channel": channel,
        "tabs": [{"label": words, "href": _address(each), "current": each == channel} for each, words in tabs],
        "unheard": unheard(channel)[: dead_letters.MOST + 1].count(),
        "most": dead_letters.MOST,
    }
    return render(request, "alerts/dead_letter_list.html", context)


def _channel(asked: str) -> str:
    """Return the channel that is asked for, "" for all where there is no such."""
    return asked if asked in FAILING else ""


def _address(channel: str) -> str:
    return reverse("alerts:dead-letter-list") + (f"?channel={channel}" if channel else "")


@role("admin")
@limited("try_again")
@require_POST
def dead_letter_retry(request: StaffRequest, pk: int) -> HttpResponse:
    """Try one message again."""
    delivery = get_object_or_404(Delivery.objects.select_related("person"), pk=pk)
    try:
        dead_letters.retry(delivery=delivery, by=request.user)
    except NotFailed as error:
        messages.warning(request, str(error))
    else:
        words = {"person": delivery.person, "channel": Channel(delivery.channel).label}
        messages.success(request, _("Tried again now: %(channel)s to %(person)s.") % words)
    return redirect(_address(_channel(request.POST.get("channel", ""))))


@role("admin")
@limited("try_again")
@require_POST
def dead_letter_retry_all(request: StaffRequest) -> HttpResponse:
    """Try again what nobody has heard of otherwise, of all channels or of one."""
    channel = _channel(request.POST.get("channel", ""))
    if done := dead_letters.retry_all(channel=channel, by=request.user):
        words = ngettext("%(n)d message is tried again now.", "%(n)d messages are tried again now.", done)
        messages.success(request, words % {"n": done})
    else:
        messages.warning(request, _("There is nothing to try again."))
    return redirect(_address(channel))
