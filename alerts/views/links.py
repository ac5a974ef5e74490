"""The page that the link of a message opens: one button, for whoever has the message, signed in or not."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from alerts.errors import LinkSpent
from alerts.services import links
from inventory_site.web.access import anyone
from inventory_site.web.errors import error_page
from inventory_site.web.limits import limited


@anyone
@limited("alert_link")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alert_link(request: HttpRequest, token: str) -> HttpResponse:
    """Acknowledge an alert as the person whom the link was sent to; opening it changes nothing."""
    try:
        invited = links.read_link(token)
        if request.method == "POST":
            alert = links.acknowledge_by_link(invited=invited, at=timezone.now())
            return render(request, "alerts/alert_link.html", {"alert": alert, "done": True})
        links.refuse_spent(invited)
    except BadSignature as error:
        raise Http404 from error
    except LinkSpent as error:
        return error_page(request, 410, str(error))
    return render(request, "alerts/alert_link.html", {"alert": invited.alert, "person": invited.person})
