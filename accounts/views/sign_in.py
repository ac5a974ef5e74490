"""Signing in and out: by passkey, or by password and a second step."""

from collections.abc import Callable
from typing import Any, cast

from allauth.account.views import LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.services.half_in import changed_since
from inventory_site.web.access import anyone
from inventory_site.web.errors import error_page
from inventory_site.web.limits import limited

# The longest that allauth counts a failed try; it does not say how much of that is over.
FAILED_WAIT = 5 * 60
TOO_MANY = {"too_many_login_attempts", "rate_limited"}


class Refusing:
    """Gives allauth's views the house's statuses: 422 for a refusal, 429 for too many of them."""

    request: HttpRequest

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        errors = [error for found in form.errors.as_data().values() for error in found]
        if too_many := [error for error in errors if error.code in TOO_MANY]:
            return error_page(self.request, 429, str(too_many[0].messages[0]), retry_after=FAILED_WAIT)
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        if response.status_code == 200:
            response.status_code = 422
        return response


class SignInView(Refusing, LoginView):
    """E-mail address and password."""


class SecondStepView(Refusing, AuthenticateView):
    """What follows the password of somebody who has a second factor."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer: HttpResponseBase = changed_since(request) or super().dispatch(request, *args, **kwargs)
        return answer


def called(view: Any) -> Callable[..., HttpResponseBase]:
    """Make a function of one of allauth's views, for ours to call."""
    return cast("Callable[..., HttpResponseBase]", view.as_view())


_sign_in = called(SignInView)
_second_step = called(SecondStepView)
_passkey = called(LoginWebAuthnView)
_sign_out = called(LogoutView)


@anyone
@limited("sign_in")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    return _sign_in(request)


@anyone
@limited("sign_in")
def passkey(request: HttpRequest) -> HttpResponseBase:
    return _passkey(request)


@anyone
@limited("second_factor")
def second_step(request: HttpRequest) -> HttpResponseBase:
    return _second_step(request)


@anyone
def sign_out(request: HttpRequest) -> HttpResponseBase:
    response = _sign_out(request)
    if request.method == "POST":
        # The next one who takes this phone finds no page and no draft of the last one.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
