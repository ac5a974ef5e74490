"""Mails about somebody's own account: promised here, sent by the worker, so that nobody waits for a mail server."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.delivery import RESET
from accounts.models import Letter, User
from accounts.services.links import promise_mail
from inventory_site.web.trail import origin

LETTER_LASTS = timedelta(days=1)


def tell(person: User, template: str, *, at: datetime, email: str = "", **facts: Any) -> None:
    """Have somebody told of a change to their account, at `email` where it is not the address they have now."""
    here = origin()
    known = {"at": at.isoformat(), "zone": person.time_zone, "ip": here.address, "user_agent": here.device}
    letter = Letter(email=email or person.email, language=person.language, template=template, facts={**known, **facts})
    promise_mail(letter, at=at, lasts=LETTER_LASTS)


def send_reset(*, email: str, language: str, at: datetime) -> None:
    """Have a mail sent to this address: with a link to a new password, or that there is no account. No look-up here."""
    letter = Letter(email=email.lower(), language=language, template=RESET)
    promise_mail(letter, at=at, lasts=timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
