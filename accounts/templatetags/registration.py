"""What the sign-in page says of registering and of single sign-on."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def registration_is_open() -> bool:
    """Say whether people may register by themselves."""
    return bool(settings.REGISTRATION == "open")


@register.simple_tag
def single_sign_on() -> str:
    """Return what people call the company's own provider, "" where there is none."""
    return str(settings.OIDC_NAME) if settings.OIDC_SERVER_URL else ""
