"""Blind counts: what was found on the shelf, judged against the level at the moment of counting."""

from decimal import ROUND_DOWN, Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models import BEYOND, QUANTITY, Category, Lot, Product
from stock.models.append_only import AppendOnly
from warehouses.models import Location, Warehouse


class CountQuerySet(models.QuerySet["Count"]):
    def in_warehouses(self, warehouses: models.QuerySet[Warehouse]) -> Self:
        return self.filter(warehouse__in=warehouses)

    def standing(self) -> Self:
        """Return the counts that are not over yet."""
        return self.filter(state__in=[Count.State.OPEN, Count.State.REVIEW])


class Count(models.Model):
    """A blind count of some bins or products of one warehouse: open -> review -> posted -> undone, or cancelled.

    `key` comes from the client: the same key opens one count, `digest` is the SHA-256 of what was asked for. What a
    posted count found is kept in its figures: how many lines there were, how many were right at the first counting,
    and how far the others were off together, in money where products have a cost.
    """

    class Scope(models.TextChoices):
        BINS = "bins", _("Bins")
        CATEGORY = "category", _("Category")
        PRODUCTS = "products", _("Products")

    class State(models.TextChoices):
        OPEN = "open", _("Counting")
        REVIEW = "review", _("To review")
        POSTED = "posted", _("Posted")
        CANCELLED = "cancelled", _("Cancelled")
        UNDONE = "undone", _("Undone")

    key = models.UUIDField(unique=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="counts")
    scope = models.CharField(_("scope"), max_length=10, choices=Scope)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    note = models.CharField(_("note"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assignees = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="counts_assigned")
    created = models.DateTimeField(_("opened"), db_default=Now())
    posted = models.DateTimeField(_("posted"), null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lines_counted = models.PositiveIntegerField(_("lines counted"), null=True, blank=True)
    lines_right = models.PositiveIntegerField(_("lines right at the first counting"), null=True, blank=True)
    value_off = models.DecimalField(
        _("sum of the differences without sign, in money"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    digest = models.CharField(max_length=64, default="", db_default="")
    # The key that the client posted it under: the same key again is answered, another one is told that it is posted.
    post_key = models.UUIDField(null=True, blank=True, editable=False)
    # Raised by every change, so that a page which shows an older state is told.
    version = models.PositiveIntegerField(default=0)

    objects = CountQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["posted", "undone"], posted__isnull=False, posted_by__isnull=False)
                | ~Q(state__in=["posted", "undone"]) & Q(posted__isnull=True),
                name="count_posted_knows_when_and_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["warehouse", "state", "-id"], name="count_by_warehouse")]

    def __str__(self) -> str:
        return f"C{self.pk}"

    @property
    def is_standing(self) -> bool:
        return self.state in (self.State.OPEN, self.State.REVIEW)

    @property
    def accuracy(self) -> Decimal | None:
        """Percent of the lines that were right at the first counting, never rounded up; None until it was posted."""
        if not self.lines_counted or self.lines_right is None:
            return None
        return (Decimal(100 * self.lines_right) / self.lines_counted).quantize(Decimal("0.1"), ROUND_DOWN)


class CountBin(models.Model):
    """A bin that a count looks into; `finished` is when somebody said that there is nothing more in it."""

    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="bins", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    finished = models.DateTimeField(_("finished"), null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["count", "location"], name="count_bin_once_a_count"),
            models.CheckConstraint(
                condition=Q(finished__isnull=True, finished_by__isnull=True)
                | Q(finished__isnull=False, finished_by__isnull=False),
                name="count_bin_finished_knows_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count_id}: {self.location_id}"


class CountLine(models.Model):
    """One product in one bin of one lot, to be counted. Quantities in the product's unit.

    `counted` is what the last counting found and `expected` what lay there by the books at that very moment, both read
    under the Inventory's lock; `place` is the newest ledger row of the Inventory then. All three are null until it was
    counted, and again while it waits for a recount; `countings` says how often it was counted.
    """

    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counted = models.DecimalField(_("counted"), null=True, blank=True, **QUANTITY)
    expected = models.DecimalField(_("expected"), null=True, blank=True, **QUANTITY)
    place = models.BigIntegerField(null=True, blank=True)
    countings = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("counted at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["count", "location", "product", "lot"],
                nulls_distinct=False,
                name="count_line_one_per_bin_product_and_lot",
            ),
            models.CheckConstraint(
                condition=Q(counted__isnull=True, expected__isnull=True)
                | Q(counted__gte=0, counted__lt=BEYOND, expected__gte=0, expected__lt=BEYOND),
                name="count_line_counted_and_expected_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count_id}: {self.product_id} @ {self.location_id}"

    @property
    def variance(self) -> Decimal | None:
        """Found minus expected; None until it was counted."""
        return None if self.counted is None or self.expected is None else self.counted - self.expected

    def is_beyond(self, tolerance: Decimal) -> bool:
        """Whether found and expected differ by more than `tolerance` percent of what was expected; at all, if 0 was."""
        if not self.variance or self.expected is None:
            return False
        return self.expected == 0 or abs(self.variance) * 100 > tolerance * self.expected


class CountSubmission(AppendOnly):
    """What one person sent from one device at once. `key` comes from the device: sent twice, it is kept once.

    `at` is when the person counted (device clock, or the database's where that was not to be believed); `digest` is the
    SHA-256 of what was sent.
    """

    key = models.UUIDField(primary_key=True)
    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="submissions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("counted at"))
    created = models.DateTimeField(_("submitted"), db_default=Now())
    device = models.CharField(_("device"), max_length=200, blank=True)
    digest = models.CharField(max_length=64)

    # Whether this answer repeats an earlier submission of the same key; not stored.
    replayed: bool = False

    class Meta:
        ordering = ["created"]

    def __str__(self) -> str:
        return str(self.key)


class CountEntry(AppendOnly):
    """What one person found at one line at one moment: kept, also where a recount followed. Figures as of the line."""

    submission = models.ForeignKey(CountSubmission, on_delete=models.PROTECT, related_name="entries", db_index=False)
    line = models.ForeignKey(CountLine, on_delete=models.PROTECT, related_name="entries")
    counted = models.DecimalField(_("counted"), **QUANTITY)
    expected = models.DecimalField(_("expected"), **QUANTITY)
    place = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "count entries"
        constraints = [
            models.UniqueConstraint(fields=["submission", "line"], name="count_entry_once_a_submission_and_line"),
            models.CheckConstraint(
                condition=Q(counted__gte=0, counted__lt=BEYOND, expected__gte=0, expected__lt=BEYOND),
                name="count_entry_is_a_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.counted}"
