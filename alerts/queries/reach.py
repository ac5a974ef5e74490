"""Whether somebody can be reached through a channel, and what is missing where not."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from alerts.models import Channel, Delivery, PushDevice
from alerts.queries.recipients import preferences_of


@dataclass(frozen=True)
class Reach:
    """A channel as one person has it: where it leads (`to`), or what is `missing`; `page` is where that is mended."""

    channel: Channel
    to: str = ""
    missing: str = ""
    page: str = ""
    # What became of the last test.
    test: Delivery | None = None


def is_set_up(channel: Channel) -> bool:
    """Say whether this installation has what the channel needs."""
    return {
        Channel.SMS: bool(settings.TWILIO_ACCOUNT_SID),
        Channel.PUSH: bool(settings.FIREBASE_ACCOUNT and settings.FIREBASE_WEB_CONFIG),
    }.get(channel, True)


def reach_of(person: User, channel: Channel, devices: int) -> Reach:
    """Say how the person is reached. `devices` is how many browsers they have for push. No query but preferences."""
    if not is_set_up(channel):
        return Reach(channel, missing=_("%(channel)s is not set up here. Ask an admin.") % {"channel": channel.label})
    if channel == Channel.SMS:
        return _by_sms(person)
    if channel == Channel.PUSH:
        return _by_push(devices)
    return Reach(channel, to=person.email if channel == Channel.EMAIL else _("Under Alerts"))


def _by_sms(person: User) -> Reach:
    if not person.phone:
        words = _("SMS needs your phone number. Write it into your profile.")
        return Reach(Channel.SMS, missing=words, page="accounts:profile")
    if stopped := preferences_of(person).sms_stopped:
        moment = date_format(timezone.localtime(stopped), "j M Y, H:i")
        values = {"phone": person.phone, "moment": moment}
        words = _("%(phone)s answered STOP on %(moment)s. Reply START to one of our SMS, and they begin again.")
        return Reach(Channel.SMS, missing=words % values)
    words = _("%(phone)s, from your profile. Nobody has checked that it is yours: a test shows it.")
    return Reach(Channel.SMS, to=words % {"phone": person.phone}, page="accounts:profile")


def _by_push(devices: int) -> Reach:
    if not devices:
        words = _("Push needs a device. Turn it on with the phone or computer that is to show the messages.")
        return Reach(Channel.PUSH, missing=words, page="alerts:notification-devices")
    words = ngettext("%(count)d device", "%(count)d devices", devices) % {"count": devices}
    return Reach(Channel.PUSH, to=words, page="alerts:notification-devices")


def reaches(person: User) -> list[Reach]:
    """Return how the person is reached through each channel, with their last tests. Two queries and preferences."""
    devices = PushDevice.objects.filter(person=person).count()
    tests = Delivery.objects.filter(person=person, purpose=Delivery.Purpose.TEST)
    last = {test.channel: test for test in tests.order_by("channel", "-id").distinct("channel")}
    found = [reach_of(person, channel, devices) for channel in Channel]
    return [Reach(each.channel, each.to, each.missing, each.page, last.get(each.channel)) for each in found]
