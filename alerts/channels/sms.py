"""SMS, by Twilio."""

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from alerts.channels.answers import TIMEOUT, judge, unanswered
from alerts.channels.identity import message_key
from alerts.errors import Deferred, NothingToTell, Refused
from alerts.models import Delivery
from alerts.queries.digests import digest_of

if TYPE_CHECKING:
    from twilio.rest import Client

TWILIO = "https://api.twilio.com"
# What one SMS holds, and the characters that it has room for; those of the second row take two places.
LENGTH = 160
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[~]|€\f")
PLAIN = {"→": ">", "–": "-", "—": "-", "−": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "}


class SmsChannel:
    """The account of the settings; without one the channel is off. One thread uses it."""

    def __init__(self) -> None:
        self._client: Client | None = None
        self._headers: Mapping[str, str] = {}
        if settings.TWILIO_ACCOUNT_SID:
            self._client, self._headers = _client()

    def send(self, delivery: Delivery) -> str:
        """Hand one SMS over and return Twilio's id of it.

        Twilio knows no idempotency: a second attempt is known by the same id in the address of its status callback.
        Raises ChannelDown, Refused (also where the person has no number) or Deferred.
        """
        if self._client is None:
            raise Refused("SMS is not set up.")
        if not delivery.person.phone:
            raise Refused("The person has no phone number.")
        text = write_sms(delivery)
        return self._create(self._client, to=delivery.person.phone, body=text, status_callback=callback(delivery))

    def _create(self, client: "Client", **values: str) -> str:
        from twilio.base.exceptions import TwilioException

        try:
            sid = client.messages.create(**values, **_sender()).sid
        except TwilioException as error:
            status, words = getattr(error, "status", 0), f"{getattr(error, 'code', '')} {getattr(error, 'msg', '')}"
            raise judge(status, words, self._headers.get("Retry-After")) from error
        except OSError as error:
            raise unanswered(error) from error
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise Deferred(f"Twilio's answer cannot be read: {type(error).__name__}") from error
        if not sid:
            raise Deferred("Twilio's answer names no message.")
        return str(sid)

    def close(self) -> None:
        if self._client is not None:
            self._client.http_client.session.close()


def _client() -> tuple["Client", Mapping[str, str]]:
    """Return the official client, pointed at the address of the settings, and the headers of its last answer.

    It is imported here, in the worker's first use: no web process ever pays for it. It tries nothing twice by itself.
    """
    from twilio.http.http_client import TwilioHttpClient
    from twilio.http.response import Response
    from twilio.rest import Client

    headers: dict[str, str] = {}

    class Door(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
            headers.clear()
            answer = super().request(method, url.replace(TWILIO, settings.TWILIO_URL, 1), *args, **kwargs)
            headers.update({name.title(): text for name, text in (answer.headers or {}).items()})
            return answer

    door = Door(timeout=TIMEOUT, max_retries=0)
    return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=door), headers


def _sender() -> dict[str, str]:
    service = settings.TWILIO_FROM.startswith("MG")
    return {"messaging_service_sid" if service else "from_": settings.TWILIO_FROM}


def callback(delivery: Delivery) -> str:
    """Return where Twilio says what becomes of the message; it names the delivery before Twilio's own id is known."""
    return f"{settings.BASE_URL}{reverse('twilio:status')}?message={delivery.pk}.{message_key(delivery)}"


def write_sms(delivery: Delivery) -> str:
    """Write the text in the person's language: at most 160 characters of GSM 03.38 where its words allow that."""
    person = delivery.person
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        line, path, ack = delivery.headline, "/alerts/", False
        if delivery.purpose == Delivery.Purpose.DIGEST:
            line = _digest_line(delivery)
        elif delivery.alert:
            path, ack = delivery.alert.get_absolute_url(), True
        hint = _("Reply ACK to acknowledge, STOP to end.") if ack else _("Reply STOP to end.")
        line, rest = plain(line), " " + plain(f"{settings.BASE_URL}{path} {hint}")
    return shorten(line, LENGTH - length(rest)) + rest


def _digest_line(delivery: Delivery) -> str:
    digest = digest_of(delivery)
    if not digest.total:
        raise NothingToTell("The person may no longer see any of it.")
    return digest.summary


def plain(text: str) -> str:
    """Write with the characters of GSM 03.38 what can be written with them, in one line."""
    return "".join(_plain(mark) for mark in " ".join(text.split()))


def _plain(mark: str) -> str:
    if mark in GSM or mark in GSM_TWICE:
        return mark
    if mark in PLAIN:
        return PLAIN[mark]
    bare = "".join(each for each in unicodedata.normalize("NFKD", mark) if not unicodedata.combining(each))
    if bare and set(bare) <= GSM:
        return bare
    return mark if mark.isprintable() else ""


def length(text: str) -> int:
    """Return how many places of an SMS a text takes."""
    return sum(2 if mark in GSM_TWICE else 1 for mark in text)


def shorten(line: str, most: int) -> str:
    """Cut a line to so many places, with three dots where something is missing."""
    if length(line) <= most:
        return line
    while line and length(line) > most - 3:
        line = line[:-1]
    return line.rstrip() + "..."
