from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "inventory_site.web"
    label = "web"
