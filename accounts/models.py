"""People: who they are, what their role lets them do at most, and their rights in each warehouse."""

import hashlib
from typing import Any, ClassVar, Self

from auditlog.registry import auditlog
from django.apps import apps
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from inventory_site.web.texts import refuse_hidden_characters
from inventory_site.web.zones import validate_zone
from warehouses.models import RIGHTS, Right, Warehouse, where_held

RIGHT_OF: dict[str, Right] = {f"{right}_warehouse": right for right in RIGHTS}


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
    anonymised = models.DateTimeField(_("anonymised"), null=True, blank=True, editable=False)

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

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether a second step stands between this person's password and their account."""
        factors = apps.get_model("mfa", "Authenticator").objects
        return bool(factors.filter(user=self, type__in=["totp", "webauthn"]).exists())

    @property
    def owes_second_factor(self) -> bool:
        """Whether the person has to set up a second factor before anything else."""
        return self.role in settings.SECOND_FACTOR_FOR and not self.has_second_factor

    # What the session's backend found with the person of a request: the right stored in each warehouse, by its id.
    found_rights: dict[int, Right] | None = None

    @property
    def rights(self) -> dict[int, Right]:
        """The right stored in each warehouse, by its id: as the request found it, elsewhere as it is now (one query).

        What counts is the lower of it and the role: ask `may`, or `Warehouse.objects.for_user`.
        """
        if self.found_rights is not None:
            return self.found_rights
        held = WarehouseUserPermission.objects.filter(user=self)
        return {place: RIGHT_OF[name] for place, name in held.values_list("content_object_id", "permission__codename")}

    def may(self, right: Right, warehouse: int) -> bool:
        """Say whether the person has at least `right` in the warehouse of this id. No query during a request."""
        held = where_held(self, right)
        return held is None or warehouse in held

    @property
    def has_come(self) -> bool:
        """Whether the person has ever been in: who is only invited has no name yet."""
        return bool(self.name)


class MailedLink(models.Model):
    """A link that somebody gets by mail: the row is the promise that it is sent, and is its own outbox.

    The worker makes the token at the moment of sending, so that only its hash is ever kept, and nothing waits in clear
    in the database or the broker; a mail that is sent again makes the link of the one before worthless. `mail_due` is
    the moment of the next attempt, None where nothing waits; `mail_error` says why the last one did not succeed.
    """

    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    created = models.DateTimeField(_("created"), db_default=Now())
    expires = models.DateTimeField(_("expires"))
    mail_due = models.DateTimeField(null=True, blank=True, db_index=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mailed = models.DateTimeField(_("mail sent"), null=True, blank=True)
    mail_error = models.CharField(_("why the mail was not sent"), max_length=500, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def digest(token: str) -> str:
        """Return what is kept of a token; it is long and random, so a plain hash is enough."""
        return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Those that are neither accepted nor withdrawn, expired ones included."""
        return self.filter(accepted=None, withdrawn=None)


class Invitation(MailedLink):
    """Brings a person in: one link that works once. Role, home warehouse and rights stand at the person."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("person"))
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by"))
    accepted = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(accepted=None, withdrawn=None),
                name="invitation_one_open_per_person",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted=None) | models.Q(withdrawn=None),
                name="invitation_not_both_accepted_and_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.accepted is None and self.withdrawn is None


class Registration(MailedLink):
    """An address that somebody registers with and has yet to prove. It is deleted once its link is used."""

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10, default="en")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="registration_one_per_address")]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Letter(MailedLink):
    """A mail about somebody's own account, to be written from a template when it is sent; its row is deleted then.

    Whether the address has an account is found out by the worker, so that asking for a new password is the same work
    for every address. `facts` are plain values for the template.
    """

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10, default="en")
    template = models.CharField(_("template"), max_length=100)
    facts = models.JSONField(_("facts"), default=dict, blank=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class AddressChange(MailedLink):
    """An address that somebody wants to sign in with, and has yet to prove. It is deleted once its link is used."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="address_change")
    email = models.EmailField(_("e-mail"))

    def __str__(self) -> str:
        return f"#{self.pk}"


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
# The token's hash and the comings and goings of its mail are nobody's deed.
auditlog.register(Invitation, include_fields=["person", "invited_by", "expires", "accepted", "withdrawn"])
