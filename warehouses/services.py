"""What changes warehouses and their bins."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from warehouses.errors import CodeTaken
from warehouses.models import Location, Warehouse


@transaction.atomic(durable=True)
def open_warehouse(*, warehouse: Warehouse, default_bin: str = "MAIN") -> None:
    """Store a new warehouse together with its default bin, without which nothing could be received."""
    try:
        with transaction.atomic():
            warehouse.save(force_insert=True)
    except IntegrityError as error:
        raise CodeTaken(_("Another warehouse has this code.")) from error
    Location.objects.create(warehouse=warehouse, code=default_bin, is_default=True)


@transaction.atomic(durable=True)
def save_location(*, location: Location) -> None:
    """Store a new or changed bin; where it is the default now, the warehouse's default until now is one no longer.

    Takes the warehouse's lock. Raises CodeTaken where another bin got the same code in this very moment.
    """
    Warehouse.objects.select_for_update(no_key=True).get(pk=location.warehouse_id)
    if location.is_default:
        for former in Location.objects.filter(warehouse=location.warehouse_id, is_default=True).exclude(pk=location.pk):
            former.is_default = False
            former.save(update_fields=["is_default"])
    # Not its status: taking a bin out of use is a service of stock, which may be under way.
    changed = None if location._state.adding else ["code", "kind", "is_default"]
    try:
        with transaction.atomic():
            location.save(update_fields=changed)
    except IntegrityError as error:
        raise CodeTaken(_("This warehouse has a bin with this code already.")) from error
