"""Brings the links that people wait for to their mailboxes."""

import logging
import secrets
import smtplib
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Invitation, MailedLink, Registration, User

logger = logging.getLogger(__name__)

L = TypeVar("L", Invitation, Registration)

BATCH = 10
# A claim holds for the lease; a batch stops early enough that its slowest mail still ends within it.
LEASE = timedelta(seconds=180)
BATCH_SECONDS = 60
# Pauses of 15 s, 30 s, 1 min ... 15 min, for as long as the link would live.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)


def send_links() -> int:
    """Send what waits, a batch of each kind; return how many mails were sent.

    Any number may run at once. A worker that dies in the middle loses nothing: what it had claimed is due again after
    the lease, with another token, so that only the newest mail's link works.
    """
    Registration.objects.filter(expires__lt=Now()).delete()
    invited = Invitation.objects.open().filter(person__status=User.Status.INVITED, expires__gt=Now())
    return _send_all(_claim(invited.select_related("person", "invited_by"))) + _send_all(
        _claim(Registration.objects.all())
    )


@transaction.atomic(durable=True)
def _claim(waiting: QuerySet[L]) -> list[tuple[L, str]]:
    """Take what is due and nobody else has, give each its token, and keep it from others for the time of the lease."""
    due = waiting.filter(mail_due__lte=Now()).order_by("mail_due", "pk")
    claimed = [
        (link, secrets.token_urlsafe(32))
        for link in due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:BATCH]
    ]
    for link, token in claimed:
        link.token_hash = MailedLink.digest(token)
        link.mail_attempts += 1
        own = type(link)._default_manager.filter(pk=link.pk)
        own.update(token_hash=link.token_hash, mail_attempts=link.mail_attempts, mail_due=Now() + LEASE)
    return claimed


def _send_all(claimed: Iterable[tuple[Invitation | Registration, str]]) -> int:
    sent, until = 0, time.monotonic() + BATCH_SECONDS
    for link, token in claimed:
        if time.monotonic() > until:
            _note(link, mail_due=Now())
            continue
        try:
            write_mail(link, token).send()
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            _not_sent(link, f"{code} {words!r}", final=500 <= code < 600)
        except OSError as error:
            # Every error of smtplib is one; the words may hold an address, which a log must not.
            logger.warning("A mail with a link was not sent: %s", type(error).__name__)
            _not_sent(link, f"{type(error).__name__}: {error}")
        else:
            _note(link, mail_due=None, mailed=Now(), mail_error="")
            sent += 1
    return sent


def write_mail(link: Invitation | Registration, token: str) -> EmailMultiAlternatives:
    """Write the mail in the language of the one who gets it."""
    to, language = (
        (link.person.email, link.person.language)
        if isinstance(link, Invitation)
        else (
            link.email,
            link.language,
        )
    )
    with translation.override(language):
        letter = _invitation(link, token) if isinstance(link, Invitation) else _registration(link, token)
        values = {**letter, "language": language, "expires": link.expires}
        mail = EmailMultiAlternatives(
            subject=f"[Holdfast] {letter['headline']}",
            body=render_to_string("accounts/link_email.txt", values),
            to=[to],
            headers={"Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("accounts/link_email.html", values), "text/html")
    return mail


def _invitation(link: Invitation, token: str) -> dict[str, Any]:
    who = {"person": link.invited_by}
    return {
        "headline": _("%(person)s invites you") % who,
        "message": _("%(person)s has made you an account in Holdfast, the inventory of your company.") % who,
        "action": _("Choose a name and a password"),
        "link": settings.BASE_URL + reverse("accounts:invitation-accept", args=[token]),
        "once": True,
    }


def _registration(link: Registration, token: str) -> dict[str, Any]:
    if User.objects.filter(email__iexact=link.email).exists():
        return {
            "headline": _("You have an account already"),
            "message": _("Somebody, perhaps you, wanted to register with this address. It has an account already."),
            "action": _("Sign in"),
            "link": settings.BASE_URL + reverse("account_login"),
            "once": False,
        }
    return {
        "headline": _("Confirm your address"),
        "message": _("Somebody, perhaps you, wants to register with this address. If it was not you, do nothing."),
        "action": _("Go on with the registration"),
        "link": settings.BASE_URL + reverse("accounts:register-confirm", args=[token]),
        "once": True,
    }


def _not_sent(link: MailedLink, reason: str, *, final: bool = False) -> None:
    doublings: int = min(link.mail_attempts - 1, 6)
    wait = min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
    _note(link, mail_due=None if final else Now() + wait, mail_error=reason[:500])


def _note(link: MailedLink, **fields: object) -> None:
    """Note how it went, unless the link was promised anew meanwhile."""
    type(link)._default_manager.filter(pk=link.pk, token_hash=link.token_hash).update(**fields)
