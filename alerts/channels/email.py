"""E-mail."""

import smtplib
from contextlib import suppress
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alerts.channels.identity import message_key
from alerts.errors import ChannelDown, Deferred, NothingToTell, Refused
from alerts.models import Delivery
from alerts.models.wording import BECAUSE
from alerts.queries import may_act
from alerts.queries.digests import digest_of
from alerts.queries.links import acknowledge_link


class EmailChannel:
    """The mail server of the settings, over one connection until it breaks. One thread uses it; `close` ends it."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def send(self, delivery: Delivery) -> str:
        """Hand one mail over and return its message id, which is the same at every attempt.

        Raises ChannelDown where the server lets nobody in, Refused where it will never take this mail, Deferred where
        it does not take it now or vanishes before its answer, NothingToTell where nothing is left of a digest.
        """
        try:
            self._connection.open()
        except OSError as error:
            raise ChannelDown(_words(error)) from error
        mail = write_mail(delivery)
        try:
            self._connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _verdict(code, text) from error
        except smtplib.SMTPDataError as error:
            raise _verdict(error.smtp_code, error.smtp_error) from error
        except OSError as error:
            # A refused sender too: that is for the site's settings to mend, not the fault of this mail.
            self.close()
            raise Deferred(_words(error)) from error
        return message_id(delivery)

    def close(self) -> None:
        with suppress(OSError):
            self._connection.close()


def write_mail(delivery: Delivery) -> EmailMultiAlternatives:
    """Write the mail in the person's language and time zone. Raises NothingToTell."""
    person = delivery.person
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        values = {"headline": delivery.headline, "noticed": delivery.created, "language": person.language}
        values["choices"] = settings.BASE_URL + reverse("alerts:notifications")
        if delivery.purpose == Delivery.Purpose.DIGEST:
            template, values = "digest", {**values, **_digest_values(delivery)}
        else:
            template, values = "email", {**values, **_alert_values(delivery)}
        mail = EmailMultiAlternatives(
            subject=_one_line(_("[Holdfast] %(headline)s") % values),
            body=render_to_string(f"alerts/{template}.txt", values),
            to=[person.email],
            headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string(f"alerts/{template}.html", values), "text/html")
    return mail


def _alert_values(delivery: Delivery) -> dict[str, object]:
    because, alert = delivery.facts.get("because", ""), delivery.alert
    return {
        "acknowledge": acknowledge_link(delivery) if alert and may_act(delivery.person, alert) else "",
        "message": delivery.message,
        "because": BECAUSE.get(because, because),
        "alert": alert,
        "link": settings.BASE_URL + (alert.get_absolute_url() if alert else "/"),
    }


def _digest_values(delivery: Delivery) -> dict[str, object]:
    digest = digest_of(delivery)
    if not digest.total:
        raise NothingToTell("The person may no longer see any of it.")
    return {"digest": digest, "base": settings.BASE_URL, "link": f"{settings.BASE_URL}/alerts/"}


def message_id(delivery: Delivery) -> str:
    """Return the id by which every mail server knows that two attempts are one mail."""
    return f"<{message_key(delivery)}@{urlsplit(settings.BASE_URL).hostname}>"


def _one_line(text: str) -> str:
    """Make a header of a text that people wrote: control, direction and line marks become spaces."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def _verdict(code: int, text: bytes | str) -> Refused | Deferred:
    words = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return Refused(words) if 500 <= code < 600 else Deferred(words)


def _words(error: OSError) -> str:
    return f"{type(error).__name__}: {error}"
