"""Where Twilio knocks. Its signature is the proof of who asks; nothing else of such a request is believed."""

import base64
import hmac
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from alerts.errors import AlertResolved
from alerts.queries import may_act
from alerts.queries.replies import told_last
from alerts.services import acknowledge
from alerts.services.callbacks import note_status, start_sms, stop_sms
from inventory_site.web.access import anyone
from inventory_site.web.limits import limited

STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "UNSTOP", "YES"}
ACK = {"ACK", "OK"}
View = Callable[[HttpRequest], HttpResponse]


def signed_by_twilio(view: View) -> View:
    """Let nobody in but Twilio: 403 without its signature over the address and the fields, as RequestValidator asks.

    The rule is small and documented, the client that brings it is not: it stays out of the web processes.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Twilio-Signature", "").encode()
        if not settings.TWILIO_AUTH_TOKEN or not hmac.compare_digest(given, signature(request)):
            raise PermissionDenied(_("This is not signed by Twilio."))
        return view(request)

    return guarded


def signature(request: HttpRequest) -> bytes:
    """Return what Twilio signs a request with: HMAC-SHA1 over the address that it called and the sorted fields."""
    # The address as Twilio was told it, whatever the proxies in front made of it.
    text = settings.BASE_URL + request.get_full_path()
    for name, values in sorted(request.POST.lists()):
        text += "".join(name + value for value in sorted(set(values)))
    # SHA-1 is Twilio's choice; within an HMAC it still holds.
    return base64.b64encode(hmac.digest(settings.TWILIO_AUTH_TOKEN.encode(), text.encode(), "sha1"))


@csrf_exempt
@anyone
@limited("twilio")
@require_POST
@signed_by_twilio
def twilio_status(request: HttpRequest) -> HttpResponse:
    """Take note of what became of an SMS; what is not ours is left alone."""
    note_status(
        sid=request.POST.get("MessageSid", "")[:200],
        message=request.GET.get("message", ""),
        status=request.POST.get("MessageStatus", "")[:40],
        error=request.POST.get("ErrorCode", "")[:10],
        at=timezone.now(),
    )
    return HttpResponse(status=204)


@csrf_exempt
@anyone
@limited("twilio")
@require_POST
@signed_by_twilio
def twilio_sms(request: HttpRequest) -> HttpResponse:
    """Answer an SMS: STOP, START and ACK do what they say, anything else is told what can be said."""
    phone, word = request.POST.get("From", ""), request.POST.get("Body", "").strip(" .!\r\n\t").upper()
    if word in STOP:
        stop_sms(phone=phone, at=timezone.now())
        words = _("Holdfast sends no more SMS to this number. Reply START to get them again.")
    elif word in START:
        start_sms(phone=phone)
        words = _("Holdfast sends SMS to this number again.")
    elif word in ACK:
        words = _acknowledge(phone)
    else:
        words = _("Holdfast understands ACK, STOP and START.")
    answer = format_html('<?xml version="1.0" encoding="UTF-8"?><Response><Message>{}</Message></Response>', words)
    return HttpResponse(answer, content_type="text/xml")


def _acknowledge(phone: str) -> str:
    found = told_last(phone)
    if found is None:
        return _("There is no alert left to acknowledge.")
    alert, person = found
    if not may_act(person, alert):
        return _("You may look at the alerts of this warehouse, but not acknowledge them.")
    try:
        acknowledged = acknowledge(alert=alert, by=person, at=timezone.now())
    except AlertResolved as error:
        return str(error)
    return _("Acknowledged: %(alert)s") % {"alert": acknowledged.headline}
