"""Signing in by the company's own OpenID provider."""

from typing import Any, cast

from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from accounts.services.single_sign_on import PROVIDER, UNREADABLE, CompanyAdapter, CompanyProvider, company
from inventory_site.web.access import anyone
from inventory_site.web.errors import error_page
from inventory_site.web.limits import limited

SILENT = (OAuth2Error, RequestException, *UNREADABLE)


class ReturnView(OAuth2CallbackView):
    """Takes what the provider sends somebody back with, if it fits what was begun in the same browser."""

    adapter: CompanyAdapter

    def _get_state(self, request: HttpRequest, provider: Any) -> tuple[dict[str, Any] | None, HttpResponse | None]:
        state, refused = super()._get_state(request, provider)
        self.adapter.begun = state or {}
        return state, refused


@anyone
@limited("single_sign_on")
@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponseBase:
    """Send somebody to the provider; who is signed in already has to prove themselves anew there.

    It is a link, not a form: the policy of our pages lets forms lead to ourselves alone, through redirects too.
    """
    _refuse_while_off()
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect("account_login")
    fresh = request.user.is_authenticated
    nonce = get_random_string(32)
    asked = {"nonce": nonce, **({"prompt": "login", "max_age": "0"} if fresh else {})}
    try:
        response: HttpResponseBase = CompanyProvider(request, app=company()).redirect(
            request,
            AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            auth_params=asked,
            nonce=nonce,
            fresh=fresh,
        )
    except SILENT:
        return _away(request)
    return response


@anyone
@limited("single_sign_on")
@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponseBase:
    """Sign in whom the provider sends back, unless a second factor is still missing."""
    _refuse_while_off()
    try:
        response: HttpResponseBase = ReturnView.adapter_view(CompanyAdapter(request, PROVIDER))(request)
    except ImmediateHttpResponse as error:
        return cast("HttpResponseBase", error.response)
    except RequestException:
        return _away(request)
    return response


def _refuse_while_off() -> None:
    if not settings.OIDC_SERVER_URL:
        raise Http404


def _away(request: HttpRequest) -> HttpResponse:
    words = _("%(name)s does not answer now. Try again in a minute, or sign in in another way.")
    return error_page(request, 503, words % {"name": settings.OIDC_NAME}, retry_after=60)
