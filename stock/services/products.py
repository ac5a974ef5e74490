"""The end of a product's life, which stock has a say in."""

from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Barcode, Product
from stock.errors import BadOperation, Refused
from stock.ledger import verb
from stock.ledger.thresholds import forget_levels
from stock.queries.products import has_history
from warehouses.models import Warehouse


@verb
def archive_product(*, product: Product, by: User) -> Product:
    """Take a product out of use.

    Raises Refused while any is on hand, naming the warehouses that the person may see.
    """
    product = _locked(product)
    holding = Warehouse.objects.filter(inventories__product=product, inventories__quantity__gt=0)
    if codes := set(holding.values_list("code", flat=True)):
        seen = holding.filter(pk__in=Warehouse.objects.for_user(by, "view")).values_list("code", flat=True)
        raise Refused([BadOperation(text=_still_on_hand(product.sku, sorted(seen), hidden=len(codes) > len(seen)))])
    product.status = Product.Status.ARCHIVED
    product.save(update_fields=["status", "updated"])
    return product


def _still_on_hand(sku: str, codes: list[str], *, hidden: bool) -> str:
    words = {"sku": sku, "codes": ", ".join(codes)}
    if not codes:
        return _("%(sku)s is still on hand in a warehouse that you may not see. Ask an admin.") % words
    if hidden:
        return _("%(sku)s is still on hand in %(codes)s and in a warehouse that you may not see.") % words
    return _("%(sku)s is still on hand in %(codes)s. Ship or adjust it first.") % words


@verb
def restore_product(*, product: Product) -> Product:
    """Put an archived product back into use."""
    product = _locked(product)
    product.status = Product.Status.ACTIVE
    product.save(update_fields=["status", "updated"])
    return product


@verb
def delete_product(*, product: Product) -> None:
    """Delete a product that never had stock. Raises Refused once it has history: archive it then."""
    product = _locked(product)
    if has_history(product):
        text = _("%(sku)s has history, so it stays. Archive it instead.") % {"sku": product.sku}
        raise Refused([BadOperation(text=text)])
    forget_levels(product)
    for barcode in Barcode.objects.filter(product=product):
        barcode.delete()
    product.lots.all().delete()
    product.delete()


def _locked(product: Product) -> Product:
    return Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
