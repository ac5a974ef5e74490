"""How people get in: what allauth asks of the house."""

import time
from typing import Any, ClassVar, cast

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import half_in
from accounts.services.letters import tell
from accounts.services.sign_ins import refused
from inventory_site.web import rows
from inventory_site.web.person import session_asked

# Asked with the person of every request, since every request has to know. So a change of a right counts from the next
# request on, whatever became of a cache.
RIGHTS_STORED = """(
    SELECT coalesce(json_object_agg(held.content_object_id, split_part(permission.codename, '_', 1)), '{}')
    FROM accounts_warehouseuserpermission held JOIN auth_permission permission ON permission.id = held.permission_id
    WHERE held.user_id = accounts_user.id
)"""
HAS_SECOND_FACTOR = """EXISTS (
    SELECT FROM mfa_authenticator WHERE user_id = accounts_user.id AND type IN ('totp', 'webauthn')
)"""

# Who has neither password nor factor here proves themselves with the company's provider.
ELSEWHERE = "elsewhere"
LIVING = "id = %s AND EXISTS (SELECT FROM django_session WHERE session_key = %s)"


class SignInBackend(AuthenticationBackend):
    """Lets people in as allauth does, and finds the person of a session."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person, None where they may not sign in any more, or their session was ended. One query."""
        session = session_asked.get()
        condition, values = ("id = %s", [user_id]) if session is None else (LIVING, [user_id, session])
        found = rows.first(User, condition, values, has_second_factor=HAS_SECOND_FACTOR, rights_stored=RIGHTS_STORED)
        if found is None or not self.user_can_authenticate(found):
            return None
        found.found_rights = {int(place): right for place, right in vars(found)["rights_stored"].items()}
        return found


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people whom an admin has added: nobody registers by themselves."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address and the password do not fit together. Try again."),
        "too_many_login_attempts": _("Too many failed tries. Try again in five minutes at the latest."),
        "incorrect_password": _("This is not your password. Try again."),
        "enter_current_password": _("This is not your password. Try again."),
        "invalid_password_reset": _("This link was used already, or is too old."),
        "account_inactive": _("Your account is not active. Ask an admin of your company."),
        "account_pending": _("Your account waits for an admin of your company to let you in."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, message: str | None = None, **kwargs: Any
    ) -> None:
        """Say what went wrong, and nothing about signing in and out: the next page says it."""
        if message:
            messages.add_message(request, level, message)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask for no second proof within five minutes of the first, the sign-in itself included.

        Raises ReauthenticationRequired for somebody who has no proof but the company's provider: allauth asks them
        for nothing.
        """
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        if any(proof["at"] > since for proof in get_authentication_records(self.request, self.request.user)):
            return False
        if self.get_reauthentication_methods(self.request.user)[0]["id"] == ELSEWHERE:
            raise ReauthenticationRequired
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return how somebody may prove who they are; where they can do so elsewhere alone, the page that says so."""
        elsewhere = {"id": ELSEWHERE, "description": "", "url": reverse("account_reauthenticate")}
        return super().get_reauthentication_methods(user) or [elsewhere]

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        half_in.begin(request, user)
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        request.session.pop(half_in.GIVEN, None)
        super().login(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Say so at the sign-in page: this is somebody whose passkey has proved who they are."""
        refused(cast("User", user))
        messages.error(request, str(self.error_messages["account_inactive"]))
        return redirect("account_login")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Have somebody told of a change to their sign-in; no request waits for a mail server."""
        tell(cast("User", user), template_prefix, at=timezone.now(), email=email or "")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the person with these credentials; raises ValidationError for one who may not sign in.

        That is said only to somebody who knows the password.
        """
        person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if person is not None and not person.is_active:
            pending = getattr(person, "status", "") == User.Status.PENDING
            raise self.validation_error("account_pending" if pending else "account_inactive")
        return person
