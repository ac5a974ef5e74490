"""Signing in by the company's own OpenID provider, where the environment names one."""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.errors import NotLetIn
from accounts.models import User
from accounts.queries import why_gone
from accounts.services.letters import tell
from accounts.services.sign_ins import refused
from inventory_site.web.trail import Act, record

PROVIDER = "oidc"
# With the key of a pair alone; what anybody can sign who knows a public key or the client's secret is not among them.
SIGNATURES = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
# What reading a made-up answer of the provider ends in.
UNREADABLE = (AttributeError, KeyError, IndexError, TypeError, ValueError, jwt.PyJWTError)
# A proof before a change is this fresh; what a clock is off by is in it.
FRESH = 5 * 60


def company() -> SocialApp:
    """Return the provider that the environment names, as allauth knows one; it stands in no table."""
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=PROVIDER,
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"server_url": settings.OIDC_SERVER_URL.rstrip("/"), "oauth_pkce_enabled": True},
    )


class CompanyAdapter(OpenIDConnectOAuth2Adapter):
    """Asks the provider, and believes it only what it has signed for this one sign-in."""

    # What was kept of the sign-in when it began: a nonce, and whether a fresh proof was asked for.
    begun: dict[str, Any]

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if str(config["issuer"]).rstrip("/") != settings.OIDC_SERVER_URL.rstrip("/"):
            raise OAuth2Error("The provider calls itself by another name than OIDC_SERVER_URL.")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return our address as BASE_URL has it, never as a request says the host is."""
        return str(settings.BASE_URL + reverse("accounts:single-sign-on-return"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        try:
            claims = self._claims(app, kwargs["response"]["id_token"])
            if "email" not in claims:
                more = self._fetch_user_info(token.token)
                if more["sub"] != claims["sub"]:
                    raise OAuth2Error("The provider spoke of two people.")
                claims = {**more, **claims}
            login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        except UNREADABLE as error:
            raise OAuth2Error("The provider's answer cannot be read.") from error
        login.claims = claims
        return login

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        if jwt.get_unverified_header(id_token)["alg"] not in SIGNATURES:
            raise OAuth2Error("The token is signed in a way that proves nothing.")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        if not constant_time_compare(claims["nonce"], self.begun["nonce"]):
            raise OAuth2Error("The token belongs to another sign-in.")
        if self.begun.get("fresh") and time.time() - claims["auth_time"] > FRESH:
            raise OAuth2Error("The provider did not ask anew.")
        return claims


class CompanyProvider(OpenIDConnectProvider):
    """The provider of the environment. What it tells of a person is used and not kept."""

    oauth2_adapter_class = CompanyAdapter

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Lets in by the provider whom an admin has let in, and nobody else."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> CompanyProvider:
        return CompanyProvider(request, app=company())

    def get_requests_session(self) -> Any:
        """Ask the provider at the addresses it has named, and follow none that an answer leads on to."""
        session: Any = super().get_requests_session()
        session.max_redirects = 0
        return session

    def list_apps(self, *args: Any, **kwargs: Any) -> list[SocialApp]:
        return []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the account of whom the provider has proved; whoever has none is led back with a sentence."""
        claims = sociallogin.claims
        try:
            if claims.get("email_verified") not in (True, "true"):
                raise NotLetIn(_("Your e-mail address is not verified there. Verify it, then try again."))
            if not sociallogin.is_existing:
                name, subject = str(claims.get("name") or ""), sociallogin.account.uid
                sociallogin.account = link(
                    email=str(claims.get("email")), subject=subject, name=name, at=timezone.now()
                )
                sociallogin.user = sociallogin.account.user
        except NotLetIn as error:
            refused(error.person)
            raise back(request, str(error)) from None

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: str = AuthError.UNKNOWN, **kwargs: Any
    ) -> None:
        """Lead back to the sign-in page, whatever was wrong with the answer."""
        if error == AuthError.CANCELLED:
            raise back(request, _("You were not signed in: it was cancelled."))
        refused(None)
        raise back(request, _("You were not signed in: the answer did not fit. Try again."))


def back(request: HttpRequest, words: str) -> ImmediateHttpResponse:
    """Return what leads back to the sign-in page, which shows the words."""
    messages.error(request, words)
    return ImmediateHttpResponse(redirect("account_login"))


@transaction.atomic(durable=True)
def link(*, email: str, subject: str, name: str, at: datetime) -> SocialAccount:
    """Bind the account of this address, which the provider has verified, to the person whom it knows as `subject`.

    From then on the subject counts, which is never given to somebody else, as an address may be. Somebody who is
    invited comes in by it. Locks the person. Raises NotLetIn.
    """
    unknown = _("There is no active account for you here. Ask an admin of your company.")
    # Addresses are stored in small letters; other alphabets have letters that become the same small ones.
    asked = User.objects.select_for_update(no_key=True).filter(email=email.lower())
    person = asked.first() if email.isascii() else None
    if person is None:
        raise NotLetIn(unknown)
    invitation = person.invitations.open().select_for_update(no_key=True, of=("self",)).first()
    if invitation is not None and why_gone(invitation, at):
        invitation = None
    if not person.is_active and invitation is None:
        raise NotLetIn(unknown, person)
    if SocialAccount.objects.filter(user=person, provider=PROVIDER).exists():
        raise NotLetIn(_("Your address was somebody else's there before. Ask an admin of your company."), person)
    if invitation is not None:
        invitation.accepted = at
        invitation.save(update_fields=["accepted"])
        person.name, person.status = _fit(name) or email.partition("@")[0], User.Status.ACTIVE.value
        person.save(update_fields=["name", "status"])
    made: SocialAccount = SocialAccount.objects.create(user=person, provider=PROVIDER, uid=subject)
    known = {"single sign-on": ["None", str(settings.OIDC_NAME)]}
    record(Act.UPDATE, about=person, name=str(person), by=person, changes=known)
    tell(person, "socialaccount/email/account_connected", provider=settings.OIDC_NAME, at=at)
    return made


@transaction.atomic
def unlink(*, links: Iterable[SocialAccount], by: User) -> None:
    """Take these links away, each with its row of the audit log: whose, and who did it. The address counts again."""
    for each in links:
        person = User.objects.get(pk=each.user_id)
        known = {"single sign-on": [str(settings.OIDC_NAME), "None"]}
        record(Act.UPDATE, about=person, name=str(person), by=by, changes=known)
        each.delete()


def _fit(name: str) -> str:
    """Return the name where it may be one here, else ""."""
    try:
        return str(User._meta.get_field("name").clean(name.strip(), None)) if name.strip() else ""
    except ValidationError:
        return ""
