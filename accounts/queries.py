"""Reads about people."""

from collections import defaultdict
from collections.abc import Collection

from django.contrib.auth.models import Permission
from django.db.models import BigIntegerField, Q, QuerySet, Value

from accounts.models import User, WarehouseUserPermission
from warehouses.models import CEILING, RIGHTS, Right, Warehouse, sufficient


def permission_of(right: Right) -> Permission:
    """Return the permission under which guardian stores a right in a warehouse."""
    return Permission.objects.get(content_type__app_label="warehouses", codename=f"{right}_warehouse")


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


def holders(right: Right, warehouses: Collection[int]) -> tuple[dict[int, list[int]], list[int]]:
    """Return who has at least `right`: the ids of the people by warehouse id, admins apart, since they may everywhere.

    `people_with` for many warehouses, in one query.
    """
    roles = [role for role, most in CEILING.items() if RIGHTS.index(most) >= RIGHTS.index(right)]
    held = WarehouseUserPermission.objects.filter(
        content_object__in=warehouses,
        permission__codename__in=[f"{name}_warehouse" for name in sufficient(right)],
        user__status=User.Status.ACTIVE,
        user__role__in=roles,
    ).values_list("content_object_id", "user_id")
    admins = User.objects.active().filter(role=User.Role.ADMIN)
    everywhere = admins.values_list(Value(None, output_field=BigIntegerField()), "pk")
    by_warehouse, of_all = defaultdict(list), []
    for warehouse, person in held.union(everywhere).order_by("user_id"):
        if warehouse is None:
            of_all.append(person)
        else:
            by_warehouse[warehouse].append(person)
    return dict(by_warehouse), of_all
