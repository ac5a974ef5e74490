"""What the next page says once: in a cookie of the house's name, in the session where it is too long for one."""

from django.conf import settings
from django.contrib.messages.storage.base import BaseStorage
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class FlashCookie(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class FlashStorage(FallbackStorage):
    storage_classes: tuple[type[BaseStorage], ...] = (FlashCookie, SessionStorage)
