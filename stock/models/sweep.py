"""Up to which day what goes by the calendar has been judged."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from warehouses.models import Warehouse


class SweepMark(models.Model):
    """The day by which a warehouse's lots and transfers are judged: its calendar's, which turns at its sweep hour.

    One row a warehouse. The day only ever rises, so each comes once, also where clocks are put back over the sweep hour
    or the hour is edited; whoever moves it has the morning.
    """

    warehouse = models.OneToOneField(Warehouse, on_delete=models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField(_("judged as of"))
    moved = models.DateTimeField(_("since"), db_default=Now())

    def __str__(self) -> str:
        return f"{self.warehouse_id}: {self.day}"
