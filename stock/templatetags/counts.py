"""How pages word what a count found."""

from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.translation import gettext as _

from inventory_site.web.quantity import MINUS
from stock.models import CountLine

register = template.Library()


@register.filter
def money(value: Decimal | None) -> str:
    """Write a sum of money with its sign and two decimals: +12.50, −3.00; a dash where there is no cost."""
    if value is None:
        return "–"
    text = f"{abs(value).quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    return text if not value else f"{'+' if value > 0 else MINUS}{text}"


@register.filter
def off_by(line: CountLine) -> str:
    """Write the variance of a line in percent of what was expected: −4.1 %; a word where nothing was."""
    if not line.variance:
        return "0 %"
    if not line.expected:
        return _("unexpected")
    share = (line.variance * 100 / line.expected).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if not share:
        return "< 0.1 %"
    return f"{'+' if share > 0 else MINUS}{abs(share):f} %"
