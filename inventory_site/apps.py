from django.apps import AppConfig


class InventorySiteConfig(AppConfig):
    name = "inventory_site"

    def ready(self) -> None:
        # The application must be the current one in every process, or a nudge would go to a default broker.
        from inventory_site.celery import app

        app.set_default()
