"""The trail: who did what, from where. auditlog writes a row for each save of a registered model; what it cannot see
(set-based writes, sign-ins, exports) is written here, and every row learns its device and its warehouse.

A model says where it belongs by `get_additional_data`: `warehouse` (an id) and, where `str()` says too little, `name`.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditlog.cid import get_cid
from auditlog.middleware import AuditlogMiddleware
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from inventory_site.web.client import client_address

if TYPE_CHECKING:
    from accounts.models import User

DEVICE_LENGTH = 200


class Act(models.IntegerChoices):
    """What was done; the first four are auditlog's own."""

    CREATE = 0, _("Added")
    UPDATE = 1, _("Changed")
    DELETE = 2, _("Deleted")
    SIGN_IN = 10, _("Signed in")
    SIGN_IN_FAILED = 11, _("Sign-in failed")
    SIGN_OUT = 12, _("Signed out")
    FACTOR_USED = 13, _("Second factor used")
    FACTOR_REFUSED = 14, _("Second factor refused")
    PROVED = 15, _("Confirmed who they are")
    PROOF_REFUSED = 16, _("Confirmation refused")
    RESET_ASKED = 17, _("Asked for a new password")
    PASSWORD_SET = 18, _("Password changed")
    SESSIONS_ENDED = 19, _("Sessions ended")
    EXPORT = 20, _("Exported")
    FACTOR_ADDED = 30, _("Second factor added")
    FACTOR_REMOVED = 31, _("Second factor removed")


@dataclass(frozen=True)
class Origin:
    """Where a request came from."""

    address: str | None = None
    device: str = ""


_origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039  # It is frozen.


def origin() -> Origin:
    """Return where the request that is being answered came from; nowhere, outside of one."""
    return _origin.get()


class TrailMiddleware(AuditlogMiddleware):
    """Tells the rows written during a request who sent it, from which address that can be believed, on what device."""

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        return client_address(request)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        device = request.headers.get("User-Agent", "").replace("\x00", "")[:DEVICE_LENGTH]
        token = _origin.set(Origin(client_address(request), device))
        try:
            answer: HttpResponseBase = super().__call__(request)
        finally:
            _origin.reset(token)
        return answer


def complete(sender: type[LogEntry], instance: LogEntry, **kwargs: Any) -> None:
    """Give a new row the device, and the name that its model chose."""
    if instance._state.adding:
        data = dict(instance.additional_data or {})
        instance.object_repr = data.pop("name", instance.object_repr)
        if device := _origin.get().device:
            data["device"] = device
        instance.additional_data = data or None


def record(
    act: Act,
    *,
    about: models.Model | type[models.Model],
    name: str,
    by: "User | None",
    changes: dict[str, list[str]] | None = None,
    warehouse: int | None = None,
) -> None:
    """Write one row of something that is no save of a model; `about` is the thing, or its kind where it is many.

    `warehouse` is the id of the one whose managers may read it. One statement.
    """
    LogEntry.objects.create(**entry(act, about=about, name=name, by=by, changes=changes, warehouse=warehouse))


def record_many(rows: Iterable[dict[str, Any]]) -> None:
    """Write what a set-based write did: rows made by `entry`. One statement; auditlog hears nothing of such writes."""
    entries = [LogEntry(remote_addr=_origin.get().address, **row) for row in rows]
    for each in entries:
        complete(LogEntry, each)
    LogEntry.objects.bulk_create(entries)


def entry(
    act: Act,
    *,
    about: models.Model | type[models.Model],
    name: str,
    by: "User | None",
    changes: dict[str, list[str]] | None = None,
    warehouse: int | None = None,
    key: int | None = None,
) -> dict[str, Any]:
    """Return the values of a row; `key` names the thing where `about` is only its kind."""
    number = about.pk if isinstance(about, models.Model) else key
    return {
        "content_type": ContentType.objects.get_for_model(about),
        "object_pk": "" if number is None else str(number),
        "object_id": number if isinstance(number, int) else None,
        "object_repr": name,
        "action": act,
        "changes": changes,
        "actor": by,
        "actor_email": by.email if by else None,
        "additional_data": {"warehouse": warehouse} if warehouse else None,
        "cid": get_cid(),
    }


def exported(request: HttpRequest, *, about: type[models.Model], name: str, warehouse: int | None = None) -> None:
    """Record that a person takes this file away, and by which filter, before its first byte is sent."""
    asked = "&".join(f"{key}={value}" for key, value in request.GET.items() if value and key != "after")
    changes = {"filter": ["None", asked.replace("\x00", "")]} if asked else None
    person: Any = request.user
    record(Act.EXPORT, about=about, name=name, by=person, changes=changes, warehouse=warehouse)
