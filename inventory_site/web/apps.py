from django.apps import AppConfig
from django.db.models.signals import pre_save


class WebConfig(AppConfig):
    name = "inventory_site.web"
    label = "web"

    def ready(self) -> None:
        from auditlog.models import LogEntry

        from inventory_site.web import trail

        # The one way to reach the rows that auditlog writes: it is a library's table, and nothing of ours listens.
        pre_save.connect(trail.complete, sender=LogEntry, dispatch_uid="trail")
