"""What the audit log says of signing in and out and of every proof on the way, without any code or password.

Django and allauth tell of it by their signals, where every way of signing in passes.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from accounts.models import User
from inventory_site.web.hints import close_streams
from inventory_site.web.texts import readable
from inventory_site.web.trail import Act, record

# Names in rows that stay, so in one language.
FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(Act.SIGN_IN, about=user, name=str(user), by=user)


def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(Act.SIGN_OUT, about=user, name=str(user), by=user)
        close_streams(user.pk)


def sign_in_failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Record a refused sign-in with the account that was meant, or the refused proof of somebody who is signed in."""
    if request is not None and request.user.is_authenticated:
        of_person(Act.PROOF_REFUSED, request.user, "password")
    else:
        refused(_meant(str(credentials.get("email") or credentials.get("username") or "")))


def refused(person: User | None) -> None:
    """Record that somebody was not let in; `person` is the account that was meant, None where it was none."""
    record(Act.SIGN_IN_FAILED, about=person or User, name=str(person or ""), by=None)


def reset_asked(email: str) -> None:
    """Record that a new password was asked for, with the account that was meant. The same work for every address."""
    person = _meant(email)
    record(Act.RESET_ASKED, about=person or User, name=str(person or ""), by=None)


def factor_used(
    sender: Any, user: User, authenticator: Authenticator, reauthenticated: bool = False, **kwargs: Any
) -> None:
    of_person(Act.PROVED if reauthenticated else Act.FACTOR_USED, user, _kind(authenticator))


def factor_refused(
    sender: Any, user: User, authenticator: Authenticator, reauthentication: bool = False, **kwargs: Any
) -> None:
    of_person(Act.PROOF_REFUSED if reauthentication else Act.FACTOR_REFUSED, user, _kind(authenticator))


def factor_added(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    of_person(Act.FACTOR_ADDED, user, _kind(authenticator))


def factor_removed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    of_person(Act.FACTOR_REMOVED, user, _kind(authenticator))


def step_completed(sender: Any, user: User, method: str, **kwargs: Any) -> None:
    """Record a proof by password; sign-ins and factors are told of by signals of their own."""
    if method == "password" and kwargs.get("reauthenticated"):
        of_person(Act.PROVED, user, "password")


def password_set(sender: Any, user: User, **kwargs: Any) -> None:
    record(Act.PASSWORD_SET, about=user, name=str(user), by=user)
    close_streams(user.pk)


def of_person(act: Act, person: User, means: str) -> None:
    """Record what somebody did for their own account, and by which means."""
    # Who has not passed the second step yet may be somebody else, so the row names the account and no doer.
    by = None if act == Act.FACTOR_REFUSED else person
    record(act, about=person, name=str(person), by=by, changes={"means": ["None", means]})


def _kind(authenticator: Authenticator) -> str:
    return FACTORS[Authenticator.Type(authenticator.type)]


def _meant(typed: str) -> User | None:
    """Return whose address was typed. Nothing else of it is kept: people type their password there, too."""
    text = readable(typed)
    return User.objects.filter(email__iexact=text).first() if text else None
