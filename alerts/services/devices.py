"""The browsers in which a person gets push messages."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.second_factor import keys
from alerts.errors import TooManyDevices
from alerts.models import PushDevice

MOST = 10


@transaction.atomic(durable=True)
def add_device(*, person: User, fid: str, name: str) -> PushDevice:
    """Send push messages to this browser from now on; one that somebody else had added is this person's now.

    `fid` is its Firebase installation id, which is kept encrypted. Locks the person. Raises TooManyDevices.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    digest = PushDevice.digest_of(fid)
    device = PushDevice.objects.select_for_update().filter(digest=digest).first()
    if device is None or device.person_id != person.pk:
        if PushDevice.objects.filter(person=person).count() >= MOST:
            raise TooManyDevices(_("You have %(most)d devices, which is the most. Remove one first.") % {"most": MOST})
        device = device or PushDevice(digest=digest)
        device.person, device.name = person, name
    device.token = keys().encrypt(fid.encode()).decode()
    device.save()
    return device


@transaction.atomic(durable=True)
def rename_device(*, device: PushDevice, name: str) -> None:
    device.name = name
    device.save(update_fields=["name"])


@transaction.atomic(durable=True)
def remove_device(*, device: PushDevice) -> None:
    """Send nothing more to this browser."""
    device.delete()


def encrypt_devices_again() -> int:
    """Encrypt every registration with the first of ENCRYPTION_KEYS; return how many there were."""
    return sum(_encrypt_again(pk) for pk in PushDevice.objects.values_list("pk", flat=True).iterator())


@transaction.atomic
def _encrypt_again(pk: int) -> int:
    device = PushDevice.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if device is None:
        return 0
    device.token = keys().rotate(device.token.encode()).decode()
    device.save(update_fields=["token"])
    return 1
