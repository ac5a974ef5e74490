"""The tags and filters that every template has without loading them."""

from decimal import Decimal

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, Field
from django.template.context import RequestContext
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..quantity import MINUS, format_quantity

register = template.Library()

STATES = {
    "ok": (_("OK"), "check"),
    "low": (_("Low"), "arrow-down"),
    "out": (_("Out"), "x"),
    "over": (_("Over"), "arrow-up"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw a symbol of `static/icons.svg`; without a label it is decoration that screen readers pass over."""
    told = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon" {}><use href="{}#{}"></use></svg>', told, static("icons.svg"), name)


@register.filter
def state(value: str) -> SafeString:
    """Show the state of a level (ok, low, out, over) as word, colour and sign together."""
    word, sign = STATES[value]
    return format_html('<span class="badge {}">{}{}</span>', value, icon(sign), word)


@register.filter
def quantity(value: Decimal | int | str | None) -> str:
    """Write a quantity without trailing zeros; what a person typed and nobody could read stays as it is."""
    if value is None:
        return ""
    return format_quantity(value) if isinstance(value, Decimal) else str(value)


@register.filter
def signed(value: Decimal | int) -> str:
    """Write a change of quantity with its sign: +5, −5 (U+2212), 0."""
    text = format_quantity(abs(Decimal(value)))
    return text if value == 0 else f"{'+' if value > 0 else MINUS}{text}"


@register.filter
def key_of(message: Message, purpose: str) -> str:
    """Give the operation that a message speaks of, from its extra tag `undo:<operation>`; empty without one."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix(f"{purpose}:") for tag in tags if tag.startswith(f"{purpose}:")), "")


@register.filter
def naming(error: str, field: BoundField) -> str:
    """Put the field's label before "This field is required.", which says nothing where many fields stand together."""
    return f"{field.label}: {error}" if error == Field.default_error_messages["required"] else error


@register.simple_tag(takes_context=True)
def qs(context: RequestContext, **changes: object) -> str:
    """Give this page's query string with some parameters replaced, or dropped where the new value is None or empty."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def nav(
    context: RequestContext,
    name: str,
    picture: str,
    label: str,
    key: str = "",
    css: str = "",
    also: str = "",
    mark: str = "",
) -> SafeString:
    """Link to a page of the main navigation; `key` is its letter after `g`. The link of the present page says so.

    `also` names the beginnings of other addresses, with blanks between, that belong to this place; `mark` is the id of
    an empty figure behind the label, which something fills in later.
    """
    href, path = reverse(name), context["request"].path
    here = path == href or (href != reverse("stock:today") and path.startswith((href, *also.split())))
    attributes = (
        format_html(' class="{}"', css) if css else "",
        format_html(' data-go="{}"', key) if key else "",
        SafeString(' aria-current="page"') if here else "",
    )
    figure = format_html(' <span class="unread" id="{}"></span>', mark) if mark else ""
    return format_html('<a href="{}"{}{}{}>{}<span>{}</span>{}</a>', href, *attributes, icon(picture), label, figure)


@register.simple_tag
def events_address() -> str:
    """Give the address of the stream of what changes."""
    return settings.EVENTS_URL + reverse("events")


@register.simple_block_tag
def kept(content: str) -> SafeString:
    """Keep what stands inside (`as` a name) without the white space around it, so that a template can ask for it.

    The inside was rendered, and so escaped, by the template.
    """
    return SafeString(content.strip())  # nosec B703 # the template escaped it
