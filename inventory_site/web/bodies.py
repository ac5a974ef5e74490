"""How much a request may bring with it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from inventory_site.web.errors import error_page


class LargestBodyMiddleware:
    """Refuses a body of more than LARGEST_BODY bytes by what its head says, before a byte of it is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:20]) > settings.LARGEST_BODY:
            response = error_page(request, 413)
            # The rest of the body would be taken for the next request.
            response.headers["Connection"] = "close"
            return response
        return self.get_response(request)
