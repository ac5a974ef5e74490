"""How people get in: what allauth asks of the house."""

import logging
import time
from smtplib import SMTPException
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inventory_site.web import rows

logger = logging.getLogger(__name__)

# Asked with the person of every request, since every request has to know.
HAS_SECOND_FACTOR = """EXISTS (
    SELECT FROM mfa_authenticator WHERE user_id = accounts_user.id AND type IN ('totp', 'webauthn')
)"""


class SignInBackend(AuthenticationBackend):
    """Lets people in as allauth does, and finds the person of a session."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person, None where they may not sign in any more."""
        found = rows.first(User, "id = %s", [user_id], has_second_factor=HAS_SECOND_FACTOR)
        return found if found is not None and self.user_can_authenticate(found) else None


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people whom an admin has added: nobody registers by themselves."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address and the password do not fit together. Try again."),
        "too_many_login_attempts": _("Too many failed tries with this address. Wait five minutes and try again."),
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
        """Ask for no second proof within five minutes of the first, the sign-in itself included."""
        since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        if any(proof["at"] > since for proof in get_authentication_records(self.request, self.request.user)):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Say so at the sign-in page: this is somebody whose passkey has proved who they are."""
        messages.error(request, str(self.error_messages["account_inactive"]))
        return redirect("account_login")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Make the link of a mail from BASE_URL, never from what a request says the host is."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.BASE_URL}{path.replace('UID-KEY', key)}"

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody of a change to their sign-in; a mail server that is away does not undo the change."""
        try:
            super().send_notification_mail(template_prefix, user, context, email or user.get_username())
        except (OSError, SMTPException):
            logger.warning("No mail about a change to the sign-in of person %s: the mail server is away", user.pk)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the person with these credentials; raises ValidationError for one who may not sign in.

        That is said only to somebody who knows the password.
        """
        person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if person is not None and not person.is_active:
            pending = getattr(person, "status", "") == User.Status.PENDING
            raise self.validation_error("account_pending" if pending else "account_inactive")
        return person
