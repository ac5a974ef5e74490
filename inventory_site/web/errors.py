"""Error answers: every one is a page that says what happened and how to go on."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from inventory_site.web.access import anyone


def error_page(request: HttpRequest, status: int, message: str = "", *, retry_after: int | None = None) -> HttpResponse:
    """Answer with the page of this status and the sentence that explains it."""
    response = render(request, f"{status}.html", {"message": message}, status=status)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


@anyone
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400)


@anyone
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, str(exception))


@anyone
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


@anyone
def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Answer for allauth, which finds this handler by its name; its limits that end here count by the minute."""
    return error_page(request, 429, retry_after=60)


@anyone
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an error nobody expected; a database that is away or too busy is one that passes (503)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return error_page(request, 503, retry_after=5)
    return error_page(request, 500)


@anyone
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, 403, _("This page was open too long. Go back, reload it and send it again."))
