from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import pre_save


class WebConfig(AppConfig):
    name = "inventory_site.web"
    label = "web"

    def ready(self) -> None:
        from auditlog.models import LogEntry

        from inventory_site.web import session_life, trail

        # The one way to reach the rows that auditlog writes: it is a library's table, and nothing of ours listens.
        pre_save.connect(trail.complete, sender=LogEntry, dispatch_uid="trail")
        # Django's own signal: every way of signing in passes it.
        user_logged_in.connect(session_life.begin, dispatch_uid="session life")
