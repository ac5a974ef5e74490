"""What the audit log says of signing in and out, told by Django where every way of signing in passes."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User
from inventory_site.web.texts import readable
from inventory_site.web.trail import Act, record


def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record(Act.SIGN_IN, about=user, name=str(user), by=user)


def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record(Act.SIGN_OUT, about=user, name=str(user), by=user)


def sign_in_failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Record a refused sign-in with the account that was meant.

    What was typed is kept only where it is the address of an account: people type their password there, too.
    """
    typed = readable(str(credentials.get("email") or credentials.get("username") or ""))
    person = User.objects.filter(email__iexact=typed).first() if typed else None
    if person is None:
        record(Act.SIGN_IN_FAILED, about=User, name="", by=None)
    else:
        record(Act.SIGN_IN_FAILED, about=person, name=str(person), by=None)
