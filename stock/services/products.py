"""The end of a product's life, which stock has a say in."""

from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Barcode, Product
from inventory_site.web.pictures import discard_after_commit
from stock.errors import BadOperation, Refused, StillOpen
from stock.ledger import verb
from stock.ledger.thresholds import forget_levels
from stock.queries.obstacles import Obstacles, of_product
from stock.queries.products import has_history


@verb
def archive_product(*, product: Product, by: User) -> Product:
    """Take a product out of use. Takes its lock (FOR UPDATE), for which a booking that is under way is waited for.

    Raises StillOpen while any is on hand, on the way or in a draft of a transfer, or being counted: names what the
    person may see of it; Busy.
    """
    product = _locked(product)
    if obstacles := of_product(product, by):
        raise StillOpen([BadOperation(text=_in_the_way(product.sku, obstacles))], obstacles)
    product.status = Product.Status.ARCHIVED
    product.save(update_fields=["status", "updated"])
    return product


def _in_the_way(sku: str, found: Obstacles) -> str:
    words = {"sku": sku, "codes": ", ".join(part.warehouse for part in found.on_hand)}
    if found.on_hand and found.hidden:
        sentences = [_("%(sku)s is still on hand in %(codes)s and in a warehouse that you may not see.") % words]
    elif found.on_hand:
        sentences = [_("%(sku)s is still on hand in %(codes)s. Ship or adjust it first.") % words]
    elif found.hidden:
        sentences = [_("%(sku)s is still on hand in a warehouse that you may not see. Ask an admin.") % words]
    else:
        sentences = []
    if found.transfers:
        names = ", ".join(map(str, found.transfers))
        sentences.append(_("%(sku)s is in transfers that are not over: %(names)s.") % {"sku": sku, "names": names})
    if found.counts:
        names = ", ".join(map(str, found.counts))
        sentences.append(_("%(sku)s is in counts that are not over: %(names)s.") % {"sku": sku, "names": names})
    return " ".join(sentences)


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
    discard_after_commit(product.photo)
    product.delete()


def _locked(product: Product) -> Product:
    return Product.objects.select_for_update(of=("self",)).select_related("unit").get(pk=product.pk)
