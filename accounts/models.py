"""People: who they are, what their role lets them do at most, and their rights in each warehouse."""

from typing import Any, ClassVar

from auditlog.registry import auditlog
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from inventory_site.web.texts import refuse_hidden_characters
from inventory_site.web.zones import validate_zone
from warehouses.models import Warehouse


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add a person; the role's group follows with `accounts.services.set_role`."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)

    def active(self) -> "models.QuerySet[User]":
        return self.filter(status=User.Status.ACTIVE)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    class Role(models.TextChoices):
        STAFF = "staff", _("Staff")
        MANAGER = "manager", _("Manager")
        ADMIN = "admin", _("Admin")

    class Status(models.TextChoices):
        INVITED = "invited", _("Invited")
        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=100, validators=[refuse_hidden_characters])
    phone = models.CharField(
        _("phone"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^\+[0-9]{6,15}\Z", _("Write +441632960961."))],
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.STAFF)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    home_warehouse = models.ForeignKey(
        Warehouse,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("home warehouse"),
        help_text=_("Where pages open; it gives no right."),
    )
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[validate_zone])
    language = models.CharField(_("language"), max_length=10, default="en")
    is_staff = models.BooleanField(_("may open the admin site"), default=False)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_code="email",
                violation_error_message=_("Another person has this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether the person may sign in; the status is the truth."""
        return self.status == self.Status.ACTIVE


class WarehouseUserPermission(UserObjectPermissionBase):
    """The highest right of one person in one warehouse."""

    content_object = models.ForeignKey(Warehouse, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "content_object"], name="one_right_per_person_and_warehouse")
        ]

    def get_additional_data(self) -> dict[str, Any]:
        """Tell the audit log whose managers may read of it, and whose right it is."""
        return {"warehouse": self.content_object_id, "name": f"{self.user} @ {self.content_object.code}"}


class WarehouseGroupPermission(GroupObjectPermissionBase):
    """Guardian's counterpart for groups; the policy grants rights to people only."""

    content_object = models.ForeignKey(Warehouse, on_delete=models.CASCADE)


auditlog.register(User, exclude_fields=["password", "last_login"], m2m_fields={"groups"})
auditlog.register(WarehouseUserPermission)
