"""Warehouses and bins that go out of use, and back: what stock has a say in."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from stock.errors import BadOperation, Refused, StillOpen
from stock.ledger import verb
from stock.queries.obstacles import MOST_NAMED, Obstacles, of_location, of_warehouse
from warehouses.models import Location, Warehouse


@verb
def close_warehouse(*, warehouse: Warehouse) -> Warehouse:
    """Close a warehouse: nothing is booked there any more. Closing twice is the same as once.

    Takes its lock (FOR UPDATE), for which a booking that is under way is waited for. Raises StillOpen while goods lie
    there, or transfers (drafts and those on the way, at either end) or counts are not over; Busy.
    """
    warehouse = Warehouse.objects.select_for_update().get(pk=warehouse.pk)
    refuse_while_open(of_warehouse(warehouse), _("%(code)s stays open.") % {"code": warehouse.code})
    warehouse.status = Warehouse.Status.CLOSED
    warehouse.save(update_fields=["status"])
    return warehouse


@verb
def reopen_warehouse(*, warehouse: Warehouse) -> Warehouse:
    """Open a closed warehouse again. Raises Busy."""
    warehouse = Warehouse.objects.select_for_update().get(pk=warehouse.pk)
    warehouse.status = Warehouse.Status.OPEN
    warehouse.save(update_fields=["status"])
    return warehouse


@verb
def deactivate_location(*, location: Location) -> Location:
    """Take a bin out of use: nothing is put there any more. Deactivating twice is the same as once.

    Takes its lock (FOR UPDATE), for which a booking that is under way is waited for. Raises StillOpen while goods lie
    there, or drafts of transfers or counts name it; Refused for the default bin; Busy.
    """
    location = Location.objects.select_for_update(of=("self",)).select_related("warehouse").get(pk=location.pk)
    if location.is_default:
        words = {"bin": location.code, "warehouse": location.warehouse.code}
        text = _("%(bin)s is the default bin of %(warehouse)s. Make another bin the default first.") % words
        raise Refused([BadOperation(text=text)])
    refuse_while_open(of_location(location), _("Bin %(bin)s stays in use.") % {"bin": location.code})
    location.status = Location.Status.INACTIVE
    location.save(update_fields=["status"])
    return location


@verb
def activate_location(*, location: Location) -> Location:
    """Put a bin back into use. Raises Busy."""
    location = Location.objects.select_for_update().get(pk=location.pk)
    location.status = Location.Status.ACTIVE
    location.save(update_fields=["status"])
    return location


def refuse_while_open(obstacles: Obstacles, stays: str) -> None:
    """Raise StillOpen with a sentence for every kind of obstacle, after the one that says what `stays` as it is."""
    if not obstacles:
        return
    sentences = [stays]
    if obstacles.on_hand:
        text = _("Ship, move or adjust what is on hand first: %(names)s.")
        sentences.append(text % {"names": _names(list(dict.fromkeys(part.sku for part in obstacles.on_hand)))})
    if obstacles.transfers:
        text = _("Close or cancel its transfers first: %(names)s.")
        sentences.append(text % {"names": _names([str(transfer) for transfer in obstacles.transfers])})
    if obstacles.counts:
        text = _("Post or cancel its counts first: %(names)s.")
        sentences.append(text % {"names": _names([str(count) for count in obstacles.counts])})
    raise StillOpen([BadOperation(text=" ".join(sentences))], obstacles)


def _names(names: Sequence[str]) -> str:
    """Join a few names; there may be more than were asked for."""
    said = ", ".join(names[:MOST_NAMED])
    return _("%(names)s and more") % {"names": said} if len(names) > MOST_NAMED else said
