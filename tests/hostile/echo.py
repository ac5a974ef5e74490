"""The site with one page more, which says what it read of a form."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inventory_site.settings")
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 - the settings come first
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

from inventory_site import urls  # noqa: E402
from inventory_site.web.access import anyone  # noqa: E402


@csrf_exempt
@anyone
def echo(request):
    return HttpResponse(f"quantity={request.POST.get('quantity', 'none')}", content_type="text/plain")


urls.urlpatterns.append(path("echo/", echo))
application = WSGIHandler()
