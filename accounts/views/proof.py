"""The proof of who somebody is, asked before they change what others may do."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from inventory_site.web.request import StaffRequest

P = ParamSpec("P")
View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]

# Long enough to go through a matrix of rights with one proof.
LASTS = 15 * 60


def proved_lately(request: HttpRequest) -> bool:
    """Say whether whoever sits there has proved who they are within the last 15 minutes; signing in is a proof."""
    since = time.time() - LASTS
    return any(proof["at"] > since for proof in get_authentication_records(request, request.user))


def confirmed(view: View[P]) -> View[P]:
    """Ask for a proof before a POST; what a form sent is done after it, what htmx sent is to be chosen again."""

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method != "POST" or proved_lately(request):
            return view(request, *args, **kwargs)
        if not request.htmx:
            # allauth keeps the request, asks, and then carries it out.
            raise ReauthenticationRequired
        messages.info(request, _("Nothing was changed. Confirm that it is you, then choose again."))
        return HttpResponseClientRedirect(_address(request, request.htmx.current_url_abs_path or "/"))

    return guarded


class ConfirmedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Asks for a proof before a form that changes something is shown: what was typed is not kept until after it."""

    CHANGING = ("_add", "_change", "_delete")

    def get_urls(self) -> list[Any]:
        urls: list[Any] = super().get_urls()
        for url in urls:
            url.callback = self._guarded(url)
        return urls

    def _guarded(self, url: URLPattern) -> Callable[..., HttpResponseBase]:
        view: Callable[..., HttpResponseBase] = url.callback
        changes = (url.name or "").endswith(self.CHANGING)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            asks = changes or request.method == "POST"
            if asks and self.admin_site.has_permission(request) and not proved_lately(request):
                return redirect(_address(request, request.get_full_path()))
            return view(request, *args, **kwargs)

        return guarded


def _address(request: HttpRequest, back: str) -> str:
    """Return where a proof is given, and from where the person goes `back`."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    return f"{ways[0]['url'] if ways else reverse('account_login')}?{urlencode({'next': back})}"
