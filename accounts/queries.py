"""Reads about people."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RIGHT_OF, Invitation, User, WarehouseUserPermission
from inventory_site.web.trail import Act
from warehouses.models import CEILING, RIGHTS, Right, Warehouse, sufficient

RIGHT_WORDS = {"view": gettext_lazy("View"), "operate": gettext_lazy("Operate"), "manage": gettext_lazy("Manage")}


def permission_of(right: Right) -> Permission:
    """Return the permission under which guardian stores a right in a warehouse."""
    return Permission.objects.get(content_type__app_label="warehouses", codename=f"{right}_warehouse")


def permissions_by_right() -> dict[Right, Permission]:
    """Return the permission under which guardian stores each right. One query."""
    found = Permission.objects.filter(content_type__app_label="warehouses", codename__in=RIGHT_OF)
    return {RIGHT_OF[permission.codename]: permission for permission in found.select_related("content_type")}


def people_with(right: Right, warehouse: Warehouse) -> QuerySet[User]:
    """Return the active people who have at least `right` in the warehouse, admins included.

    The same policy as `Warehouse.objects.for_user`, asked from the other side.
    """
    held = WarehouseUserPermission.objects.filter(
        content_object=warehouse, permission__codename__in=[f"{name}_warehouse" for name in sufficient(right)]
    )
    roles = [role for role, most in CEILING.items() if RIGHTS.index(most) >= RIGHTS.index(right)]
    return User.objects.active().filter(
        Q(role=User.Role.ADMIN) | Q(role__in=roles, pk__in=held.values("user")),
    )


def people_around(warehouses: Collection[int]) -> QuerySet[User]:
    """Return the active people who have any right in one of the warehouses, and the admins.

    `with_rights` tells them what they may do there.
    """
    held = WarehouseUserPermission.objects.filter(content_object__in=warehouses)
    here = held.filter(user=OuterRef("pk"))
    rights = JSONObject(place="content_object_id", right="permission__codename")
    return (
        User.objects.active()
        .filter(Q(role=User.Role.ADMIN) | Q(pk__in=held.values("user")))
        .annotate(held=ArraySubquery(here.values(json=rights)))
    )


def with_rights(people: QuerySet[User]) -> list[User]:
    """Return these people of `people_around`; `may` answers about its warehouses, and no others, without a query."""
    found = list(people)
    for person in found:
        # Around no warehouse at all nothing was asked, and there is no list.
        held = person.held or ()  # type: ignore[attr-defined]
        person.found_rights = {each["place"]: RIGHT_OF[each["right"]] for each in held}
    return found


def in_force(role: str, status: str, stored: Right | None) -> Right | None:
    """Return the right that somebody of this role and status has where `stored` is what guardian holds.

    The policy of `warehouses.models.where_held` for one person and one warehouse that are at hand.
    """
    if status != User.Status.ACTIVE:
        return None
    if role == User.Role.ADMIN:
        return RIGHTS[-1]
    if stored is None:
        return None
    return RIGHTS[min(RIGHTS.index(stored), RIGHTS.index(CEILING[role]))]


def why_gone(invitation: Invitation, now: datetime) -> str:
    """Say why the link of an invitation works no more, "" where it does; never for whom it was."""
    if invitation.accepted:
        return _("This link was used already. Sign in with your password.")
    if invitation.withdrawn or invitation.person.status != User.Status.INVITED:
        return _("This invitation was withdrawn. Ask an admin of your company.")
    if invitation.expires <= now:
        return _("This invitation is too old. Ask an admin of your company for a new one.")
    return ""


@dataclass(frozen=True)
class Access:
    """What somebody has in one warehouse: what is stored, what is in force, and why."""

    person: User
    warehouse: Warehouse
    stored: Right | None

    @property
    def in_force(self) -> Right | None:
        return in_force(self.person.role, self.person.status, self.stored)

    @property
    def may(self) -> str:
        """The right in force, in a word."""
        return str(RIGHT_WORDS[self.in_force]) if self.in_force else _("Nothing")

    @property
    def why(self) -> str:
        """The reason, in words."""
        if not self.person.is_active:
            return _("%(status)s: nothing until that changes") % {"status": self.person.get_status_display()}
        if self.person.role == User.Role.ADMIN:
            return _("Admins may do everything everywhere")
        if self.stored is None:
            return _("No right is stored")
        if self.in_force != self.stored:
            return _("The right stored is %(right)s, but the role %(role)s allows less") % {
                "right": RIGHT_WORDS[self.stored],
                "role": self.person.get_role_display(),
            }
        return _("The right is stored for this warehouse")


def stored_rights(people: Iterable[User], warehouses: Iterable[Warehouse]) -> dict[tuple[int, int], Right]:
    """Return what guardian holds, by the ids of person and warehouse, in one query."""
    held = WarehouseUserPermission.objects.filter(user__in=list(people), content_object__in=list(warehouses))
    rows = held.values_list("user_id", "content_object_id", "permission__codename")
    return {(person, place): RIGHT_OF[codename] for person, place, codename in rows}


def access_of(people: Sequence[User], warehouses: Sequence[Warehouse]) -> list[list[Access]]:
    """Return what these people have in these warehouses, a list for each person, in one query."""
    held = stored_rights(people, warehouses)
    return [[Access(person, place, held.get((person.pk, place.pk))) for place in warehouses] for person in people]


def concerned_by(warehouse: Warehouse) -> QuerySet[User]:
    """Return who has anything to do with this warehouse: a stored right, in force or not, or the role of an admin."""
    held = WarehouseUserPermission.objects.filter(content_object=warehouse)
    return User.objects.filter(Q(role=User.Role.ADMIN, status=User.Status.ACTIVE) | Q(pk__in=held.values("user")))


OWN_SESSION = ("user_agent", "ip", "created_at", "last_seen_at")
OWN_OPERATION = ("key", "kind", "warehouse__code", "reference", "note", "at", "created", "device", "address")
OWN_FIELDS = ("email", "name", "phone", "role", "status", "time_zone", "language", "date_joined", "last_login")


def own_data(person: User) -> dict[str, Any]:
    """Return what is kept of a person, ready for `accounts.exports.json_parts`.

    That is the account, rights, invitations, devices, second factors, how often each table names them, and row by row
    what they changed and booked. What a row changed is the company's, or somebody else's: it is named by kind and id.
    """
    held = WarehouseUserPermission.objects.filter(user=person).order_by("content_object__code")
    rights = held.values_list("content_object__code", "permission__codename")
    moments = ("created", "expires", "mailed", "accepted", "withdrawn")
    return {
        "account": {name: getattr(person, name) for name in OWN_FIELDS},
        "home_warehouse": person.home_warehouse.code if person.home_warehouse else None,
        "rights": {code: RIGHT_OF[codename] for code, codename in rights},
        "invitations": list(person.invitations.order_by("pk").values(*moments)),
        "named_in": {
            f"{key.related_model._meta.label}.{key.field.name}": rows
            for key in User._meta.related_objects
            if (rows := key.related_model._default_manager.filter(**{key.field.name: person}).count())
        },
        "sessions": list(UserSession.objects.filter(user=person).order_by("pk").values(*OWN_SESSION)),
        "second_factors": [
            {"kind": each.get_type_display(), "name": str(each), "created": each.created_at, "used": each.last_used_at}
            for each in Authenticator.objects.filter(user=person).order_by("pk")
        ],
        "changes": _own_changes(person),
        "operations": person.operations.order_by("created", "pk").values(*OWN_OPERATION).iterator(),
    }


def _own_changes(person: User) -> Iterator[dict[str, Any]]:
    """Give what the audit says that the person did, the oldest first: when, what to which thing, from where."""
    for entry in LogEntry.objects.filter(actor=person).select_related("content_type").order_by("pk").iterator():
        more = entry.additional_data or {}
        yield {
            "at": entry.timestamp,
            "action": str(Act(entry.action).label),
            "kind": f"{entry.content_type.app_label}.{entry.content_type.model}",
            "id": entry.object_pk,
            "address": entry.remote_addr,
            "device": more.get("device", ""),
            "warehouse": more.get("warehouse"),
        }
