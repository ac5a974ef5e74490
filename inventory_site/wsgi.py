"""The WSGI entry that gunicorn serves."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings")

application = get_wsgi_application()
# Else the first people whom a new worker serves would wait until every page was imported.
import_module(settings.ROOT_URLCONF)
