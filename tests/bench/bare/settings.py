"""Session and login, nothing else; the database, the cache and the people are the product's."""

from inventory_site.settings import *  # noqa: F403
from inventory_site.settings import DATABASES, INSTALLED_APPS

ROOT_URLCONF = "tests.bench.bare.urls"
WSGI_APPLICATION = "tests.bench.bare.wsgi.application"
# It would ask for its middleware.
INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("django.contrib.admin")]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # allauth, whose tables the people's app stands on, does not start without.
    "allauth.account.middleware.AccountMiddleware",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
# As Django does by itself, over the same pool.
DATABASES["default"]["OPTIONS"] = {"pool": DATABASES["default"]["OPTIONS"]["pool"]}
