"""What the sign-in page says of registering."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def registration_is_open() -> bool:
    """Say whether people may register by themselves."""
    return bool(settings.REGISTRATION == "open")
