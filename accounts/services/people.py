"""Everything that changes who a person is and what they may do."""

from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User, WarehouseUserPermission
from accounts.queries import permission_of
from warehouses.models import Right, Warehouse


@transaction.atomic
def set_role(*, person: User, role: str) -> None:
    """Give a person this role; its group, `is_staff` and `is_superuser` follow.

    Raises ValueError for a role that does not exist.
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
    held = WarehouseUserPermission.objects.select_for_update().filter(user=person, content_object=warehouse)
    if right is None:
        for row in held:
            row.delete()
        return
    permission = permission_of(right)
    if row := held.first():
        row.permission = permission
        row.save()
    else:
        WarehouseUserPermission.objects.create(user=person, content_object=warehouse, permission=permission)
