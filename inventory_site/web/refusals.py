"""What was refused, in the log: who tried what, so that somebody who looks for a way in is seen."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from inventory_site.web.client import client_address

logger = logging.getLogger(__name__)

REFUSALS = {400, 401, 403, 404, 405, 409, 410, 413, 429}
# What opens something to whoever knows it; a log is read by many.
SECRET_PARTS = {"token", "key", "uidb36"}
LONGEST = 200


class RefusalsMiddleware:
    """Writes a line for each refused request: method, status, route, person.

    What one may not see answers 404, so that stands here too. Query and body are left out, and so are secrets that
    are part of an address. A person stands there by number: the audit log knows their device and network address;
    who is not signed in by network address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code in REFUSALS:
            logger.warning("%d to %s %s by %s", response.status_code, request.method, _what(request), _who(request))
        return response


def _what(request: HttpRequest) -> str:
    if (match := request.resolver_match) is None:
        return request.path[:LONGEST]
    asked = [f"{name}={str(value)[:LONGEST]}" for name, value in match.kwargs.items() if name not in SECRET_PARTS]
    return " ".join([match.view_name, *asked])


def _who(request: HttpRequest) -> str:
    # Without a session there is no user: the host, or the body, was refused before.
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"person {user.pk}"
    return f"somebody at {client_address(request) or 'an unknown address'}"
