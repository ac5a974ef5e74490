"""Everything that changes who a person is and what they may do."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import LastAdmin, OwnAccount, StateMovedOn
from accounts.models import User, WarehouseUserPermission
from accounts.queries import permission_of
from accounts.services.sessions import end_sessions
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


@transaction.atomic
def add_person(*, email: str, name: str, role: str, password: str | None = None, **fields: Any) -> User:
    """Add an active person with a role; without a password they cannot sign in yet."""
    person = User.objects.create_user(email=email, password=password, name=name, **fields)
    set_role(person=person, role=role)
    return person


@transaction.atomic
def set_right(*, person: User, warehouse: Warehouse, right: Right | None) -> None:
    """Store the one right this person has in the warehouse, or none. It counts from the next request on."""
    # Two who give the same person a first right in one moment would both insert it.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=person.pk)
    held = WarehouseUserPermission.objects.filter(user=person, content_object=warehouse)
    if right is None:
        for row in held:
            row.delete()
        return
    permission = permission_of(right)
    row = held.first()
    if row is None:
        WarehouseUserPermission.objects.create(user=person, content_object=warehouse, permission=permission)
    elif row.permission_id != permission.pk:
        row.permission = permission
        row.save()


def set_rights(*, person: User, rights: Rights) -> None:
    """Store the rights in several warehouses; a row each, for the audit log follows each row that is saved."""
    for warehouse, right in rights.items():
        set_right(person=person, warehouse=warehouse, right=right)


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
    set_rights(person=person, rights=rights)
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
