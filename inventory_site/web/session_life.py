"""How long somebody stays signed in without proving anew who they are."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

View = TypeVar("View", bound=Callable[..., Any])
BEGUN, SEEN = "begun", "seen"
# A session is written again at most this often, not with every page: SESSION_COOKIE_AGE counts from there.
NOTED_EVERY = 10 * 60


class SessionLifeMiddleware:
    """Ends a session SESSION_LIFETIME after its sign-in, however busy it is; unused, it ends after SESSION_COOKIE_AGE.

    The latter is Django's own: a session that is written anew lives that long from then on, in the database, the cache
    and the browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.setdefault(BEGUN, now) > settings.SESSION_LIFETIME:
                logout(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Note that the session is used, unless the page asks by itself."""
        if request.user.is_authenticated and not getattr(view, "by_itself", False):
            now = int(time.time())
            if now - request.session.get(SEEN, 0) > NOTED_EVERY:
                request.session[SEEN] = now


def asked_by_itself(view: View) -> View:
    """Mark what an open page asks again and again with nobody there: it keeps no session alive."""
    view.by_itself = True  # type: ignore[attr-defined]
    return view


def begin(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Note when somebody signed in; told by Django where every way of signing in passes."""
    request.session[BEGUN] = request.session[SEEN] = int(time.time())
