"""The catalogue: products, how they are counted, and the codes that find them."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any, Self

from auditlog.registry import auditlog
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from inventory_site.web.codes import normalise_code
from inventory_site.web.texts import readable, refuse_hidden_characters, refuse_hidden_characters_in_lines
from inventory_site.web.words import PUNCTUATION, prefix_query

QUANTITY: dict[str, Any] = {"max_digits": 14, "decimal_places": 3}
# PostgreSQL's NaN is greater than every number, so an upper bound is what keeps it out.
BEYOND = Decimal(10**11)
LONGEST_SEARCH = 200

# A slash stands between two letters or digits: an address with "/../", "//" or a slash at its end leads elsewhere.
sku_validator = RegexValidator(
    r"^[A-Za-z0-9](?:[A-Za-z0-9._-]|/(?=[A-Za-z0-9]))*\Z",
    _("Use letters, digits, dots, dashes and underscores, and slashes between them."),
)
not_negative = MinValueValidator(Decimal(0), _("Enter 0 or more."))


def words_of(field: str, weight: str) -> SearchVector:
    """Return the words of a column as search finds them: punctuation parts words, as it does in `prefix_query`."""
    spaced = models.Func(
        F(field),
        models.Value(PUNCTUATION),
        models.Value(" " * len(PUNCTUATION)),
        function="translate",
        output_field=models.TextField(),
    )
    return SearchVector(spaced, weight=weight, config="simple")


def sku_key(text: str) -> str:
    """Return what `Product.sku_key` holds for this sku; a text that can be no sku stays as it is.

    Only ASCII is raised to capitals: `ı`.upper() is `I`, and a look-alike must not find another product.
    """
    text = text.strip()
    return text.upper() if text.isascii() else text


class Category(models.Model):
    name = models.CharField(_("name"), max_length=80, validators=[refuse_hidden_characters])

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="category_name_unique",
                violation_error_code="name",
                violation_error_message=_("Another category has this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """What one of a product is: a piece, a kilogram; and how finely it is counted."""

    code = models.CharField(_("code"), max_length=10, validators=[refuse_hidden_characters])
    name = models.CharField(_("name"), max_length=40, validators=[refuse_hidden_characters])
    decimals = models.PositiveSmallIntegerField(_("decimal places"), default=0, validators=[MaxValueValidator(3)])

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                Lower("code"),
                name="unit_code_unique",
                violation_error_code="code",
                violation_error_message=_("Another unit has this code."),
            ),
            models.CheckConstraint(condition=Q(decimals__lte=3), name="unit_has_at_most_three_decimals"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def smallest_step(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimals)


class ProductQuerySet(models.QuerySet["Product"]):
    def active(self) -> Self:
        return self.filter(status=Product.Status.ACTIVE)

    def with_sku(self, sku: str) -> Self:
        return self.filter(sku_key=sku_key(readable(sku)))

    def search(self, text: str) -> Self:
        """Find by words (each a prefix, all of them), by the beginning of the sku, or by a whole barcode.

        Any text may come in; without a word in it every product is found. The barcode is one scalar, so that the
        three conditions become one bitmap of three indexes.
        """
        text = readable(text)[:LONGEST_SEARCH].strip()
        if not text:
            return self
        barcode = Barcode.objects.filter(code=normalise_code(text)).order_by().values("product")[:1]
        found = Q(sku_key__startswith=sku_key(text)) | Q(pk=barcode)
        if words := prefix_query(text):
            found |= Q(search=SearchQuery(words, config="simple", search_type="raw"))
        return self.filter(found)


# Written out: it is asked with every scan and with every booking, and Django built the question ten times as long as
# PostgreSQL takes to answer it. Within a SELECT the codes are not looked at by the planner, so that its plan is kept.
OF_CODES = """
    SELECT true, p.sku_key, 1::numeric, {columns}
      FROM catalog_product p JOIN catalog_unit u ON u.id = p.unit_id
     WHERE p.sku_key = ANY((SELECT %(skus)s::text[])::text[])
     UNION ALL
    SELECT false, b.code, b.pack_quantity, {columns}
      FROM catalog_barcode b JOIN catalog_product p ON p.id = b.product_id JOIN catalog_unit u ON u.id = p.unit_id
     WHERE b.code = ANY((SELECT %(barcodes)s::text[])::text[])
"""
UNIT_FIELDS = ["id", "code", "name", "decimals"]


@cache
def _of_codes() -> tuple[str, list[str]]:
    """Return the question, and which fields of the product it answers: all but what only the search reads."""
    fields = [field for field in Product._meta.concrete_fields if field.name != "search"]
    columns = [f"p.{field.column}" for field in fields] + [f"u.{name}" for name in UNIT_FIELDS]
    return OF_CODES.format(columns=", ".join(columns)), [field.attname for field in fields]


class Product(models.Model):
    """Something that is stocked. Archived, never deleted, once it has history."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        ARCHIVED = "archived", _("Archived")

    sku = models.CharField(_("SKU"), max_length=40, validators=[sku_validator])
    name = models.CharField(_("name"), max_length=200, validators=[refuse_hidden_characters])
    description = models.TextField(
        _("description"), blank=True, max_length=2000, validators=[refuse_hidden_characters_in_lines]
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("category")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="products", verbose_name=_("unit"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    tracks_lots = models.BooleanField(_("tracks lots"), default=False)
    shelf_life_days = models.PositiveIntegerField(_("shelf life, days"), null=True, blank=True)
    low_threshold = models.DecimalField(
        _("low threshold"), null=True, blank=True, validators=[not_negative], **QUANTITY
    )
    high_threshold = models.DecimalField(
        _("high threshold"), null=True, blank=True, validators=[not_negative], **QUANTITY
    )
    unit_cost = models.DecimalField(
        _("unit cost"), max_digits=12, decimal_places=4, null=True, blank=True, validators=[not_negative]
    )
    lead_time_days = models.DecimalField(
        _("lead time, days"), max_digits=6, decimal_places=1, null=True, blank=True, validators=[not_negative]
    )
    lead_time_deviation_days = models.DecimalField(
        _("deviation of the lead time, days"),
        max_digits=6,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[not_negative],
    )
    order_pack = models.DecimalField(_("order pack"), null=True, blank=True, validators=[not_negative], **QUANTITY)
    # The name under which `inventory_site.web.pictures` keeps it; "" where there is none.
    photo = models.CharField(_("photo"), max_length=32, blank=True, editable=False, default="", db_default="")
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)
    sku_key = models.GeneratedField(
        expression=Upper("sku"), output_field=models.CharField(max_length=40), db_persist=True
    )
    search = models.GeneratedField(
        expression=words_of("sku", "A") + words_of("name", "A") + words_of("description", "C"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["sku_key"]
        constraints = [
            models.UniqueConstraint(
                Upper("sku"),
                name="product_sku_unique",
                violation_error_code="sku",
                violation_error_message=_("Another product has this SKU."),
            ),
            models.CheckConstraint(
                condition=Q(low_threshold__isnull=True)
                | Q(high_threshold__isnull=True)
                | Q(low_threshold__lt=F("high_threshold")),
                name="product_low_below_high",
                violation_error_code="high_threshold",
                violation_error_message=_("The high threshold must be above the low one."),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": 0, f"{field}__lt": BEYOND}),
                    name=f"product_{field}_not_negative",
                )
                for field in ("low_threshold", "high_threshold", "unit_cost")
            ),
        ]
        indexes = [
            models.Index(fields=["sku_key"], name="product_sku_key"),
            models.Index(fields=["sku_key"], opclasses=["text_pattern_ops"], name="product_sku_prefix"),
            GinIndex(fields=["search"], name="product_search"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} · {self.name}"

    @classmethod
    def by_codes(cls, codes: Iterable[str]) -> dict[str, tuple["Product", Decimal]]:
        """Return, for each sku or barcode that is known, its product and how many one scan stands for.

        Of all products, each with its unit. One query, however many codes. A sku wins over a barcode of the same text.
        """
        wanted = {code: readable(code).strip() for code in codes}
        skus, barcodes = map(sku_key, wanted.values()), map(normalise_code, wanted.values())
        question, fields = _of_codes()
        with connection.cursor() as cursor:
            cursor.execute(question, {"skus": list(skus), "barcodes": list(barcodes)})
            rows = cursor.fetchall()
        found: dict[tuple[bool, str], tuple[Product, Decimal]] = {}
        for is_sku, code, pack, *values in rows:
            product = cls.from_db(connection.alias, fields, values)
            product.unit = Unit.from_db(connection.alias, UNIT_FIELDS, values[len(fields) :])
            found[is_sku, code] = product, pack
        hits = {
            code: found.get((True, sku_key(text))) or found.get((False, normalise_code(text)))
            for code, text in wanted.items()
        }
        return {code: hit for code, hit in hits.items() if hit is not None}

    @property
    def is_archived(self) -> bool:
        return self.status == self.Status.ARCHIVED


class Barcode(models.Model):
    """A code on the goods; a case of 12 has its own and scans as 12."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="barcodes")
    code = models.CharField(
        _("code"),
        max_length=80,
        unique=True,
        validators=[refuse_hidden_characters],
        error_messages={"unique": _("Another product has this barcode.")},
    )
    pack_quantity = models.DecimalField(_("pack quantity"), default=Decimal(1), **QUANTITY)

    class Meta:
        ordering = ["pack_quantity", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pack_quantity__gt=0, pack_quantity__lt=BEYOND),
                name="barcode_pack_quantity_above_zero",
                violation_error_message=_("Enter a pack quantity above 0."),
            )
        ]

    def __str__(self) -> str:
        return self.code

    def get_additional_data(self) -> dict[str, Any]:
        """Tell the audit log by which product the code is found there."""
        return {"name": f"{self.product.sku} · {self.code}"}

    def clean(self) -> None:
        self.code = normalise_code(self.code)


class Lot(models.Model):
    """Goods of one product that were made together and expire together."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots")
    number = models.CharField(_("lot"), max_length=40, validators=[refuse_hidden_characters])
    expires_on = models.DateField(
        _("expires on"), null=True, blank=True, help_text=_("The last good day, in the warehouse's time zone.")
    )

    class Meta:
        ordering = ["expires_on", "number"]
        constraints = [models.UniqueConstraint(fields=["product", "number"], name="lot_number_unique_in_product")]
        indexes = [models.Index(Upper("number"), name="lot_by_number")]

    def __str__(self) -> str:
        return self.number


for model in (Category, Unit, Product, Barcode, Lot):
    auditlog.register(model, exclude_fields=["search", "sku_key", "updated"] if model is Product else None)
