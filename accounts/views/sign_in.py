"""Signing in and out."""

from allauth.account.views import LoginView, LogoutView
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from inventory_site.web.access import anyone
from inventory_site.web.errors import error_page
from inventory_site.web.limits import limited

FAILED_WAIT = 5 * 60


class SignInView(LoginView):
    """allauth's sign-in with the house's statuses: 422 for a refusal, 429 for too many of them."""

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        if form.has_error("__all__", "too_many_login_attempts"):
            sentence = str(form.non_field_errors()[0])
            return error_page(self.request, 429, sentence, retry_after=FAILED_WAIT)
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


_sign_in = SignInView.as_view()
_sign_out = LogoutView.as_view()


@anyone
@limited("sign_in")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = _sign_in(request)
    return response


@anyone
def sign_out(request: HttpRequest) -> HttpResponseBase:
    response: HttpResponseBase = _sign_out(request)
    return response
