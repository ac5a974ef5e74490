"""Brings the links that people wait for to their mailboxes."""

import logging
import secrets
import smtplib
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import AddressChange, Invitation, Letter, MailedLink, Registration, User

logger = logging.getLogger(__name__)

Link = Invitation | Registration | AddressChange | Letter
L = TypeVar("L", Invitation, Registration, AddressChange, Letter)

BATCH = 10
# A claim holds for the lease; a batch stops early enough that its slowest mail still ends within it.
LEASE = timedelta(seconds=180)
BATCH_SECONDS = 60
# Pauses of 15 s, 30 s, 1 min ... 15 min, for as long as the link would live.
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
HEADERS = {"Auto-Submitted": "auto-generated"}
RESET, UNKNOWN = "account/email/password_reset_key", "account/email/unknown_account"
SOMEBODY_WAITS = "account/email/somebody_waits"


def send_links() -> int:
    """Send what waits, a batch of each kind; return how many mails were sent.

    Any number may run at once. A worker that dies in the middle loses nothing: what it had claimed is due again after
    the lease, with another token, so that only the newest mail's link works.
    """
    for kind in (Registration, AddressChange, Letter):
        kind._default_manager.filter(expires__lt=Now()).delete()
    # Who may let somebody in is asked when the mail leaves: it is nobody else's to know.
    admins = User.objects.active().filter(role=User.Role.ADMIN)
    Letter.objects.filter(template=SOMEBODY_WAITS).exclude(email__in=admins.values("email")).delete()
    invited = Invitation.objects.open().filter(person__status=User.Status.INVITED, expires__gt=Now())
    sent = _send_all(_claim(invited.select_related("person", "invited_by")))
    sent += _send_all(_claim(Registration.objects.all()))
    sent += _send_all(_claim(AddressChange.objects.select_related("person")))
    return sent + _send_all(_claim(Letter.objects.all()))


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


def _send_all(claimed: Iterable[tuple[Link, str]]) -> int:
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
            _done(link)
            sent += 1
    return sent


def write_mail(link: Link, token: str) -> EmailMultiAlternatives:
    """Write the mail in the language of the one who gets it."""
    to = link.person.email if isinstance(link, Invitation) else link.email
    language = link.person.language if isinstance(link, Invitation | AddressChange) else link.language
    with translation.override(language):
        if isinstance(link, Letter):
            return _letter(link)
        letter = WORDS[type(link)](link, token)
        values = {**letter, "language": language, "expires": link.expires}
        mail = EmailMultiAlternatives(
            subject=f"[Holdfast] {letter['headline']}",
            body=render_to_string("accounts/link_email.txt", values),
            to=[to],
            headers=HEADERS,
        )
        mail.attach_alternative(render_to_string("accounts/link_email.html", values), "text/html")
    return mail


def _letter(letter: Letter) -> EmailMultiAlternatives:
    """Write a mail from allauth's templates, ours before theirs."""
    template, facts = letter.template, dict(letter.facts)
    if template == RESET:
        person = User.objects.active().filter(email=letter.email).first()
        template = RESET if person else UNKNOWN
        facts["password_reset_url"] = _reset_link(person) if person else ""
    with timezone.override(ZoneInfo(facts.get("zone", "UTC"))):
        facts["timestamp"] = datetime.fromisoformat(facts["at"]) if "at" in facts else letter.created
        subject = " ".join(render_to_string(f"{template}_subject.txt", facts).split())
        body = render_to_string(f"{template}_message.txt", facts).strip()
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}"
    return EmailMultiAlternatives(subject=subject, body=body, to=[letter.email], headers=HEADERS)


def _reset_link(person: User) -> str:
    """Make the link to a new password; nothing of it is stored, and it holds until it is used or too old."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return f"{settings.BASE_URL}{path.replace('UID-KEY', key)}"


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


def _address_change(link: AddressChange, token: str) -> dict[str, Any]:
    who = {"person": link.person, "email": link.email}
    if User.objects.filter(email__iexact=link.email).exists():
        return {
            "headline": _("This address has an account already"),
            "message": _("%(person)s wanted to sign in with this address. It has an account of its own already.") % who,
            "action": _("Sign in"),
            "link": settings.BASE_URL + reverse("account_login"),
            "once": False,
        }
    return {
        "headline": _("Confirm your new address"),
        "message": _("%(person)s wants to sign in with %(email)s from now on. If it was not you, do nothing.") % who,
        "action": _("Confirm the address"),
        "link": settings.BASE_URL + reverse("accounts:address-confirm", args=[token]),
        "once": True,
    }


WORDS: dict[type, Callable[[Any, str], dict[str, Any]]] = {
    Invitation: _invitation,
    Registration: _registration,
    AddressChange: _address_change,
}


def _done(link: Link) -> None:
    """Note that the mail has left; a letter has nothing left to be kept for."""
    if isinstance(link, Letter):
        Letter.objects.filter(pk=link.pk, token_hash=link.token_hash).delete()
    else:
        _note(link, mail_due=None, mailed=Now(), mail_error="")


def _not_sent(link: MailedLink, reason: str, *, final: bool = False) -> None:
    doublings: int = min(link.mail_attempts - 1, 6)
    wait = min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
    _note(link, mail_due=None if final else Now() + wait, mail_error=reason[:500])


def _note(link: MailedLink, **fields: object) -> None:
    """Note how it went, unless the link was promised anew meanwhile."""
    type(link)._default_manager.filter(pk=link.pk, token_hash=link.token_hash).update(**fields)
