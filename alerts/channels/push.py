"""Push, by Firebase Cloud Messaging, to every browser in which the person has asked for it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.services.second_factor import keys
from alerts.channels.answers import TIMEOUT, judge, unanswered
from alerts.channels.identity import message_key
from alerts.errors import ChannelDown, ChannelError, Deferred, NothingToTell, Refused
from alerts.models import Delivery, PushDevice
from alerts.queries import may_act
from alerts.queries.digests import digest_of
from alerts.queries.links import acknowledge_link

if TYPE_CHECKING:
    from firebase_admin import App
    from firebase_admin.messaging import SendResponse


@dataclass(frozen=True)
class Words:
    """What a message says, the path of the page that it opens, and the link by which its alert is acknowledged."""

    title: str
    body: str
    path: str
    acknowledge: str = ""
    action: str = ""


# Firebase takes no more at once.
MOST_DEVICES = 100
# How long Firebase keeps a message for a browser that is away, in seconds.
KEPT = 24 * 3600


class PushChannel:
    """The project of the settings; without one the channel is off. One thread uses it."""

    def __init__(self) -> None:
        self._app = _app(settings.FIREBASE_ACCOUNT, settings.FIREBASE_URL) if settings.FIREBASE_ACCOUNT else None

    def send(self, delivery: Delivery) -> str:
        """Hand one message over for each device and return Firebase's id of the first that was taken.

        Firebase knows no idempotency: a second attempt has the same tag, by which the browser shows one of them.
        Devices that Firebase no longer knows are deleted. Raises ChannelDown, Refused (also where there is no device)
        or Deferred where no device took it.
        """
        if self._app is None:
            raise Refused("Push is not set up.")
        devices = list(PushDevice.objects.filter(person=delivery.person_id).order_by("-id")[:MOST_DEVICES])
        if not devices:
            raise Refused("The person has no device for push messages.")
        said, key = words(delivery), message_key(delivery)
        answers = _send_each(self._app, [_message(delivery, device, said, key) for device in devices])
        errors: list[ChannelError] = []
        for device, answer in zip(devices, answers, strict=True):
            if not answer.success:
                errors.append(_verdict(answer.exception, device))
        taken = [str(answer.message_id) for answer in answers if answer.success]
        if taken:
            return taken[0]
        # One that may yet be taken keeps the message waiting.
        raise min(errors, key=lambda error: [ChannelDown, Deferred, Refused].index(type(error)))

    def close(self) -> None:
        """Keep the connection: its token is good for an hour."""


@cache
def _app(account: str, address: str) -> "App":
    """Return the official client, pointed at the address of the settings; made once a process.

    It is imported here, in the worker's first use: no web process ever pays for it. The client's own second tries are
    turned off, because ours wait in the outbox. The address and the session are its private parts: a test guards them.
    """
    import firebase_admin
    from firebase_admin import credentials, messaging
    from urllib3.util import Retry

    values = json.loads(account)
    name = f"{values['project_id']} {address} {values.get('token_uri')}"
    app = firebase_admin.initialize_app(credentials.Certificate(values), {"httpTimeout": TIMEOUT}, name=name)
    service = messaging._get_messaging_service(app)
    service._fcm_url = f"{address}/v1/projects/{values['project_id']}/messages:send"
    service._client.session.get_adapter(service._fcm_url).max_retries = Retry(0, read=False)
    return app


def _send_each(app: "App", messages: Sequence[Any]) -> "list[SendResponse]":
    from firebase_admin import messaging
    from firebase_admin.exceptions import FirebaseError

    try:
        return list(messaging.send_each(list(messages), app=app).responses)
    except FirebaseError as error:
        # Where not even the access token is to be had.
        raise ChannelDown(f"Firebase lets nobody in: {type(error.cause).__name__}") from error


def _verdict(error: Any, device: PushDevice) -> ChannelError:
    """Say what an answer means for one device, and forget the device where Firebase does not know it any more."""
    from firebase_admin.messaging import UnregisteredError

    if error is None:
        return Deferred("Firebase's answer names no message.")
    if isinstance(error, UnregisteredError):
        device.delete()
        return Refused("Firebase does not know the device any more.")
    answer = error.http_response
    if answer is None:
        return unanswered(error.cause or error)
    return judge(answer.status_code, str(error), answer.headers.get("Retry-After"))


def _message(delivery: Delivery, device: PushDevice, said: Words, key: str) -> Any:
    from firebase_admin import messaging

    link = settings.BASE_URL + said.path
    acknowledge = messaging.WebpushNotificationAction(action="acknowledge", title=said.action)
    return messaging.Message(
        # The service worker (alerts/sw.js) opens what stands in `data`.
        fid=keys().decrypt(device.token).decode(),
        data={"id": key, "link": link, "alert": str(delivery.alert_id or ""), "acknowledge": said.acknowledge},
        webpush=messaging.WebpushConfig(
            headers={"TTL": str(KEPT), "Urgency": "high", "Topic": key},
            notification=messaging.WebpushNotification(
                title=said.title, body=said.body, tag=key, actions=[acknowledge] if said.acknowledge else None
            ),
            fcm_options=messaging.WebpushFCMOptions(link=link) if link.startswith("https://") else None,
        ),
    )


def words(delivery: Delivery) -> Words:
    """Return what it says, in the person's language. Raises NothingToTell."""
    person, alert = delivery.person, delivery.alert
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        if delivery.purpose == Delivery.Purpose.DIGEST:
            digest = digest_of(delivery)
            if not digest.total:
                raise NothingToTell("The person may no longer see any of it.")
            return Words(delivery.headline, digest.summary, "/alerts/")
        if alert is None:
            return Words(delivery.headline, delivery.message, "/alerts/")
        link = acknowledge_link(delivery) if may_act(person, alert) else ""
        return Words(delivery.headline, delivery.message, alert.get_absolute_url(), link, _("Acknowledge"))
