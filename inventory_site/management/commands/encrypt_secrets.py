"""`manage.py encrypt_secrets`: after ENCRYPTION_KEYS got a new first key, before the old one is taken away."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.second_factor import encrypt_again
from alerts.services.devices import encrypt_devices_again


class Command(BaseCommand):
    help = "Encrypts every stored secret with the first of ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{encrypt_again() + encrypt_devices_again()} secrets are encrypted with the first key now.")
