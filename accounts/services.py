"""Everything that changes who a person is and what they may do."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User, WarehouseUserPermission
from accounts.queries import permission_of
from inventory_site.web import rows
from warehouses.models import Right, Warehouse


class SignInBackend(AuthenticationBackend):
    """Lets people in as allauth does, and finds the person of a session."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person, None where they may not sign in any more."""
        found = rows.first(User, "id = %s", [user_id])
        return found if found is not None and self.user_can_authenticate(found) else None


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for people whom an admin has added: nobody registers by themselves."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address and the password do not fit together. Try again."),
        "too_many_login_attempts": _("Too many failed tries with this address. Wait five minutes and try again."),
        "account_inactive": _("Your account is not active. Ask an admin of your company."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing about signing in and out: the next page says it."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the person with these credentials; raises ValidationError for one who may not sign in.

        That is said only to somebody who knows the password.
        """
        person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if person is not None and not person.is_active:
            raise self.validation_error("account_inactive")
        return person


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
