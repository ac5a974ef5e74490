"""A sign-in that waits for its second step: it ends where the account has changed since its first."""

from datetime import UTC, datetime

from allauth.account.internal.stagekit import clear_login, unstash_login
from auditlog.models import LogEntry
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.sign_ins import refused

# The digest of the password that was right at the first step, as Django keeps it of who is signed in.
GIVEN = "password_given_for"


def begin(request: HttpRequest, person: AbstractBaseUser) -> None:
    """Note for which password of the person the first step was taken."""
    request.session[GIVEN] = person.get_session_auth_hash()


def changed_since(request: HttpRequest) -> HttpResponse | None:
    """Return what leads somebody back to the first step, None where they may take the second.

    They may not once they are suspended, restored or not, or have another password.
    """
    login = unstash_login(request, peek=True)
    if login is None or not isinstance(person := login.user, User):
        return None
    begun = datetime.fromtimestamp(login.initiated_at, UTC)
    if person.is_active and _same_password(request, person) and not _status_changed(person, begun):
        return None
    clear_login(request)
    refused(person)
    inactive = _("Your account is not active. Ask an admin of your company.")
    messages.error(request, _("Your account was changed meanwhile. Sign in again.") if person.is_active else inactive)
    return redirect("account_login")


def _same_password(request: HttpRequest, person: User) -> bool:
    return constant_time_compare(request.session.get(GIVEN, ""), person.get_session_auth_hash())


def _status_changed(person: User, begun: datetime) -> bool:
    known = LogEntry.objects.get_for_object(person)
    return bool(known.filter(timestamp__gte=begun, changes__has_key="status").exists())
