"""One right of a person in a warehouse, to be chosen: a form that saves itself, and has a button without scripts.

It is written here and not as a template, because a matrix has hundreds of them: as a template each took a millisecond.
"""

from functools import lru_cache

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.queries import RIGHT_WORDS, Access
from warehouses.models import Right

register = template.Library()

CELL = """<form class="right" method="post" action="{address}" hx-post="{address}" hx-trigger="change" hx-target="this"\
 hx-swap="outerHTML"><input type="hidden" name="csrfmiddlewaretoken" value="{token}"><input type="hidden" name="next"\
 value="{back}"><select name="right" id="right-{person}-{place}" autocomplete="off" aria-label="{label}">{options}\
</select><button type="submit" class="button no-script">{save}</button></form>"""


@register.simple_tag(takes_context=True)
def right_cell(context: Context, access: Access, back: str = "") -> SafeString:
    """Draw the choice of one right; a plain form leads back to the address `back`."""
    person, place = access.person, access.warehouse
    return format_html(
        CELL,
        address=reverse("accounts:right-set", args=[person.pk, place.code]),
        token=context.get("csrf_token", ""),
        back=back,
        person=person.pk,
        place=place.pk,
        label=_("Right of %(person)s in %(place)s") % {"person": person, "place": place.name},
        options=_options(access.stored, get_language()),
        save=_("Save"),
    )


CHOSEN, NOT_CHOSEN = SafeString(" selected"), SafeString("")


@lru_cache
def _options(stored: Right | None, language: str | None) -> SafeString:
    """Return the choices in the language in force, with what is stored among them."""
    rights = [("", _("None")), *((right, str(words)) for right, words in RIGHT_WORDS.items())]
    marked = ((right, CHOSEN if right == (stored or "") else NOT_CHOSEN, words) for right, words in rights)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)
