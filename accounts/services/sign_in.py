"""How people get in: what allauth asks of the house."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inventory_site.web import rows


class SignInBackend(AuthenticationBackend):
    """Lets people in as allauth does, and finds the person of a session."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person, None where they may not sign in any more."""
        found = rows.first(User, "id = %s", [user_id])
        return found if found is not None and self.user_can_authenticate(found) else None


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people whom an admin has added: nobody registers by themselves."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address and the password do not fit together. Try again."),
        "too_many_login_attempts": _("Too many failed tries with this address. Wait five minutes and try again."),
        "account_inactive": _("Your account is not active. Ask an admin of your company."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing about signing in and out: the next page says it."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the person with these credentials; raises ValidationError for one who may not sign in.

        That is said only to somebody who knows the password.
        """
        person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if person is not None and not person.is_active:
            raise self.validation_error("account_inactive")
        return person
