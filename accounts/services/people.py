"""Everything that changes who a person is and what they may do."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import LastAdmin, OwnAccount, StateMovedOn
from accounts.models import User, WarehouseUserPermission
from accounts.queries import permissions_by_right
from accounts.services.sessions import end_sessions
from inventory_site.web import trail
from inventory_site.web.hints import close_streams
from warehouses.models import Right, Warehouse

Rights = Mapping[Warehouse, Right | None]


@transaction.atomic
def set_role(*, person: User, role: str) -> None:
    """Give a person this role; its group, `is_staff` and `is_superuser` follow.

    Raises ValueError for a role that does not exist. Who asks on somebody's behalf takes `change_role`.
    """
    person.role = User.Role(role).value
    person.is_staff = person.is_superuser = role == User.Role.ADMIN
    person.save(update_fields=["role", "is_staff", "is_superuser"])
    person.groups.set([Group.objects.get(name=role)])
    close_streams(person.pk)


@transaction.atomic
def add_person(*, email: str, name: str, role: str, password: str | None = None, **fields: Any) -> User:
    """Add an active person with a role; without a password they cannot sign in yet."""
    person = User.objects.create_user(email=email, password=password, name=name, **fields)
    set_role(person=person, role=role)
    return person


@transaction.atomic
def set_rights(*, person: User, rights: Rights, by: User | None = None) -> None:
    """Store the one right that this person has in each of these warehouses, or none, on behalf of `by`.

    It counts from the next request on. The same few statements for one warehouse and for a hundred; the audit log hears
    nothing of such writes, so its rows are written here. Locks the person: of two who give a first right in one moment
    the second changes what the first has stored.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
    permissions = permissions_by_right()
    rows = WarehouseUserPermission.objects.filter(user=person, content_object__in=list(rights))
    held = {
        row.content_object_id: row for row in rows.select_related("user", "content_object", "permission__content_type")
    }
    gone = [held[place.pk] for place, right in rights.items() if right is None and place.pk in held]
    wanted = [
        WarehouseUserPermission(user=person, content_object=place, permission=permissions[right])
        for place, right in rights.items()
        if right is not None
    ]
    stored = [
        row
        for row in wanted
        if row.content_object_id not in held or held[row.content_object_id].permission_id != row.permission_id
    ]
    rows.filter(pk__in=[row.pk for row in gone])._raw_delete(using=rows.db)
    WarehouseUserPermission.objects.bulk_create(
        stored, update_conflicts=True, unique_fields=["user", "content_object"], update_fields=["permission"]
    )
    close_streams(person.pk)
    trail.record_many(
        [_told(row, row, None, by) for row in gone]
        + [_told(row, held.get(row.content_object_id), row, by) for row in stored]
    )


def _told(
    row: WarehouseUserPermission,
    before: WarehouseUserPermission | None,
    after: WarehouseUserPermission | None,
    by: User | None,
) -> dict[str, Any]:
    """Return the values of the audit log's row about a right."""
    act = trail.Act.UPDATE if before and after else trail.Act.CREATE if after else trail.Act.DELETE
    said = [str(held.permission) if held else "None" for held in (before, after)]
    known = row.get_additional_data()
    return trail.entry(
        act, about=row, name=known["name"], by=by, changes={"permission": said}, warehouse=known["warehouse"]
    )


def set_right(*, person: User, warehouse: Warehouse, right: Right | None, by: User | None = None) -> None:
    """Store the one right this person has in one warehouse, or none, as `set_rights` does."""
    set_rights(person=person, rights={warehouse: right}, by=by)


@transaction.atomic
def change_role(*, person: User, role: str, by: User) -> None:
    """Give somebody another role, on behalf of `by`. It counts from the next request on.

    Raises OwnAccount where an admin would demote themselves, LastAdmin where nobody else is one.
    """
    person, admins = _locked_among_admins(person)
    if role == person.role:
        return
    if person.role == User.Role.ADMIN:
        _refuse_losing(person, admins, by)
    set_role(person=person, role=role)


@transaction.atomic
def suspend(*, person: User, by: User) -> None:
    """Let somebody in no more: their sessions end with the next request. Twice is the same as once.

    Raises OwnAccount, LastAdmin; StateMovedOn for somebody who is not active.
    """
    person, admins = _locked_among_admins(person)
    if person.status == User.Status.SUSPENDED:
        return
    if person.status != User.Status.ACTIVE:
        raise StateMovedOn(_("Only somebody who is active can be suspended."))
    _refuse_losing(person, admins, by)
    _set_status(person, User.Status.SUSPENDED)
    # Or they would live again once the person is restored.
    end_sessions(person=person)


@transaction.atomic
def restore(*, person: User, by: User) -> None:
    """Let somebody who was suspended in again, with the role and the rights that they had. Twice is the same as once.

    Raises StateMovedOn for somebody who is not suspended, has never been in, or was anonymised.
    """
    person = _locked(person)
    if person.status == User.Status.ACTIVE:
        return
    if person.status != User.Status.SUSPENDED or person.anonymised or not person.has_come:
        raise StateMovedOn(_("Only somebody who was suspended can be restored."))
    _set_status(person, User.Status.ACTIVE)


@transaction.atomic
def approve(*, person: User, role: str, home_warehouse: Warehouse | None, rights: Rights, by: User) -> None:
    """Let somebody in who has registered, with a role and rights.

    Raises StateMovedOn where somebody else has approved or refused them meanwhile.
    """
    person = _pending(person)
    person.home_warehouse = home_warehouse
    person.save(update_fields=["home_warehouse"])
    set_role(person=person, role=role)
    set_rights(person=person, rights=rights, by=by)
    _set_status(person, User.Status.ACTIVE)


@transaction.atomic
def refuse(*, person: User, by: User) -> None:
    """Do not let somebody in who has registered: they stay on record as suspended, without any right.

    Raises StateMovedOn where somebody else has approved or refused them meanwhile.
    """
    _set_status(_pending(person), User.Status.SUSPENDED)


def _pending(person: User) -> User:
    person = _locked(person)
    if person.status != User.Status.PENDING:
        raise StateMovedOn(_("Somebody else has decided about this person meanwhile."))
    return person


def _locked(person: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _set_status(person: User, status: User.Status) -> None:
    person.status = status.value
    person.save(update_fields=["status"])
    close_streams(person.pk)


def _locked_among_admins(person: User) -> tuple[User, set[int]]:
    """Return the person and the ids of the active admins, all locked.

    In one order, so that two who demote each other in the same moment are asked one after the other.
    """
    admin = Q(role=User.Role.ADMIN, status=User.Status.ACTIVE)
    locked = User.objects.filter(admin | Q(pk=person.pk)).order_by("pk").select_for_update(no_key=True)
    people = {each.pk: each for each in locked}
    return people[person.pk], {pk for pk, each in people.items() if each.role == User.Role.ADMIN and each.is_active}


def _refuse_losing(person: User, admins: set[int], by: User) -> None:
    """Refuse to take somebody away who is `by`, or the last of the admins."""
    if person.pk == by.pk:
        raise OwnAccount(_("You cannot do this to your own account. Ask another admin."))
    if admins == {person.pk}:
        raise LastAdmin(_("%(name)s is the last active admin. Make somebody else an admin first.") % {"name": person})
