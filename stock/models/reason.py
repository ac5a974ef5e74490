"""Why a level was corrected."""

from typing import Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class ReasonCodeQuerySet(models.QuerySet["ReasonCode"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class ReasonCode(models.Model):
    class Direction(models.TextChoices):
        IN = "in", _("Adds")
        OUT = "out", _("Takes away")
        BOTH = "both", _("Either")

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction)
    note_required = models.BooleanField(_("note required"), default=False)
    counts_as_loss = models.BooleanField(_("counts as loss"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ReasonCodeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("code"), name="reason_code_unique", violation_error_message=_("Another reason has this code.")
            )
        ]

    def __str__(self) -> str:
        return self.name


auditlog.register(ReasonCode)
