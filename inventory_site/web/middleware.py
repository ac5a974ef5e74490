"""What every request passes through, beyond what the libraries bring."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers


class PlainSessionMiddleware(SessionMiddleware):
    """Finds the session of a request; a cookie that can be no key of one, say with a NUL in it, is none."""

    def process_request(self, request: HttpRequest) -> None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not (key.isascii() and key.isalnum()):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        super().process_request(request)


class PersonTimeZoneMiddleware:
    """Shows times in the signed-in person's own zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
                return self.get_response(request)
        return self.get_response(request)


class SecondFactorMiddleware:
    """Leads people whose role asks for a second factor, and who have none, to setting one up before anything else.

    Only views marked `@anyone` and `@while_setting_up` stay open to them; the admin site has no marks, so it is shut.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        mark = getattr(view, "access", None)
        if mark in ("anyone", "while_setting_up") or not request.user.is_authenticated:
            return None
        return redirect(settings.SECOND_FACTOR_URL) if request.user.owes_second_factor else None


class MethodsMiddleware:
    """Refuses every method that no page of ours sends (405): a view that looks would take them for a GET."""

    ALLOWED = ("GET", "HEAD", "POST")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        return None if request.method in self.ALLOWED else HttpResponseNotAllowed(self.ALLOWED)


class PrivatePagesMiddleware:
    """Keeps a person's pages out of shared caches, and a fragment from being taken for the page of its address.

    Pages about people (NEVER_STORED) stay out of the browser's own cache too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(settings.NEVER_STORED):
            if "no-store" not in response.headers.get("Cache-Control", ""):
                response.headers["Cache-Control"] = "private, no-store"
        elif request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
