"""The reasons for corrections, and taking them out of use."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stock.errors import BadOperation, Refused
from stock.ledger import verb
from stock.models import ReasonCode
from stock.queries.reasons import is_used

CHANGED = ["code", "name", "direction", "note_required", "counts_as_loss"]
# What reports of the past rest on: it stays as it is once the reason was used.
FIXED = ("code", "direction")


@verb
def save_reason(*, reason: ReasonCode) -> ReasonCode:
    """Store a new or changed reason. Code and direction are fixed once it was used: operations of the past bear them.

    Raises Refused where they were changed nevertheless, or where another reason got the code first; Busy.
    """
    if reason.pk is not None:
        stored = ReasonCode.objects.select_for_update().get(pk=reason.pk)
        changed = [name for name in FIXED if getattr(stored, name) != getattr(reason, name)]
        if changed and is_used(stored):
            text = _("%(name)s was used already, so this stays as it is. Add another reason instead.")
            raise Refused([BadOperation(field=name, text=text % {"name": stored.name}) for name in changed])
    try:
        with transaction.atomic():
            reason.save(update_fields=None if reason._state.adding else CHANGED)
    except IntegrityError as error:
        raise Refused([BadOperation(field="code", text=_("Another reason has this code."))]) from error
    return reason


@verb
def retire_reason(*, reason: ReasonCode) -> None:
    """Take a reason out of use; what was booked with it keeps it. Raises Busy."""
    _set_active(reason, active=False)


@verb
def restore_reason(*, reason: ReasonCode) -> None:
    """Put a retired reason back into use. Raises Busy."""
    _set_active(reason, active=True)


@verb
def delete_reason(*, reason: ReasonCode) -> None:
    """Delete a reason that was never used. Raises Refused once it was: retire it then; Busy."""
    stored = ReasonCode.objects.select_for_update().get(pk=reason.pk)
    if is_used(stored):
        text = _("%(name)s was used already, so it stays. Retire it instead.") % {"name": stored.name}
        raise Refused([BadOperation(text=text)])
    stored.delete()


def _set_active(reason: ReasonCode, *, active: bool) -> None:
    stored = ReasonCode.objects.select_for_update().get(pk=reason.pk)
    stored.is_active = active
    stored.save(update_fields=["is_active"])
