"""Every setting, read once from the environment; a wrong or missing variable stops the start with all of them named.

`.env.example` lists the variables. ENVIRONMENT is `production` unless something says otherwise.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import dj_database_url
import dj_email_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import EnvValidationError, FileAwareEnv, validate

from inventory_site import addresses

BASE_DIR = Path(__file__).resolve().parent.parent

# NAME_FILE names a file that holds the value of NAME: that is how secret stores hand theirs over.
env = FileAwareEnv(eager=False, strip_whitespace=True)
env.read_env(str(BASE_DIR / ".env"), recurse=False)

ENVIRONMENT = env.str(
    "ENVIRONMENT", default="production", validate=validate.OneOf(["production", "development", "test"])
)
PRODUCTION = ENVIRONMENT not in ("development", "test")


def outside_production(default: Any) -> dict[str, Any]:
    """Give a default for development and tests; in production the variable must be set."""
    return {} if PRODUCTION else {"default": default}


provider_address = addresses.provider("https" if PRODUCTION else "https?")
SECRET_KEY = env.str("SECRET_KEY", validate=validate.Length(min=50, error="Shorter than 50 characters."))
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ENCRYPTION_KEYS: list[str] = env.list(
    "ENCRYPTION_KEYS", validate=[validate.Length(min=1, error="Names no key."), addresses.each(addresses.fernet_key)]
)
roles = validate.ContainsOnly(["staff", "manager", "admin"], error="Not roles: staff, manager, admin.")
second_factor_for: list[str] = env.list("SECOND_FACTOR_FOR", default=[], validate=roles)
DEBUG = env.bool(
    "DEBUG", default=False, validate=validate.Equal(False, error="Must be off in production.") if PRODUCTION else []
)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    validate=validate.Length(min=1, error="Names no host."),
    **outside_production(["localhost", "127.0.0.1", "[::1]"]),
)
BASE_URL = env.str("BASE_URL", validate=addresses.web_address, **outside_production("http://localhost:8000"))
# Where the stream to open pages is, unless it is under BASE_URL; `make run` has no proxy that would bring it there.
EVENTS_URL = env.str("EVENTS_URL", default="", validate=provider_address)
HTTPS = env.bool("HTTPS", default=PRODUCTION)
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0, validate=validate.Range(min=0, max=10))
# What is sealed is signed with it; former keys still verify what was sealed with them.
SEAL_KEY = env.str(
    "SEAL_KEY",
    validate=validate.Length(min=32, error="Shorter than 32 characters."),
    **outside_production("not a secret: what stands in the repository seals nothing"),
)
SEAL_KEY_FALLBACKS: list[str] = env.list("SEAL_KEY_FALLBACKS", default=[])
DATA_DIR = Path(env.str("DATA_DIR", default="") or BASE_DIR / "var")
PLAIN_TEXT_HOSTS: list[str] = env.list("PLAIN_TEXT_HOSTS", default=[])
outside = [addresses.encrypted(PLAIN_TEXT_HOSTS)] if PRODUCTION else []
DATABASE_URL = env.str("DATABASE_URL", validate=[addresses.database_address, *outside])
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=0, validate=validate.Range(min=0, max=100))
REDIS_URL = env.str("REDIS_URL", validate=[addresses.redis_address, *outside])
BROKER_URL = env.str("BROKER_URL", validate=[addresses.redis_address, *outside])
EMAIL_URL = env.str("EMAIL_URL", validate=[addresses.mail_address, *outside], **outside_production("file://"))
EMAIL_FROM = env.str("EMAIL_FROM", default="Holdfast <holdfast@localhost>")
REGISTRATION = env.str("REGISTRATION", default="closed", validate=validate.OneOf(["closed", "open"]))
REGISTRATION_DOMAINS: list[str] = env.list("REGISTRATION_DOMAINS", default=[])
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="", validate=provider_address)
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", **addresses.needed_with(OIDC_SERVER_URL))
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", **addresses.needed_with(OIDC_SERVER_URL))
OIDC_NAME = env.str("OIDC_NAME", default="") or "your company's account"
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", **addresses.needed_with(TWILIO_ACCOUNT_SID))
TWILIO_FROM = env.str("TWILIO_FROM", **addresses.needed_with(TWILIO_ACCOUNT_SID))
TWILIO_URL = env.str("TWILIO_URL", default="", validate=provider_address) or "https://api.twilio.com"
FIREBASE_ACCOUNT = env.str("FIREBASE_ACCOUNT", default="", validate=addresses.service_account)
FIREBASE_WEB_CONFIG = env.str("FIREBASE_WEB_CONFIG", **addresses.firebase_web_config(FIREBASE_ACCOUNT))
FIREBASE_VAPID_KEY = env.str("FIREBASE_VAPID_KEY", **addresses.vapid_key(FIREBASE_ACCOUNT))
FIREBASE_URL = env.str("FIREBASE_URL", default="", validate=provider_address) or "https://fcm.googleapis.com"
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"]))

try:
    env.seal()
except EnvValidationError as error:
    messages = cast("Mapping[str, list[str]]", error.error_messages)
    wrong = [f"  {name}: {' '.join(why)}" for name, why in sorted(messages.items())]
    raise ImproperlyConfigured("\n".join(["The environment is not fit to start with:", *wrong])) from None

# Applications
INSTALLED_APPS = [
    "inventory_site",
    "inventory_site.web",
    "reports",
    "stock",
    "alerts",
    "catalog",
    "accounts",
    "warehouses",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "auditlog",
    "csp",
    "django_filters",
    "django_htmx",
    "guardian",
    "template_partials",
]
MIDDLEWARE = [
    # What these three say holds for every answer, static files and errors too.
    "django.middleware.security.SecurityMiddleware",
    "inventory_site.web.browser_policy.BrowserPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "inventory_site.web.refusals.RefusalsMiddleware",
    "inventory_site.web.bodies.LargestBodyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "inventory_site.web.middleware.PlainSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "inventory_site.web.person.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "inventory_site.web.middleware.SecondFactorMiddleware",
    "inventory_site.web.trail.TrailMiddleware",
    "inventory_site.web.session_life.SessionLifeMiddleware",
    "inventory_site.web.middleware.MethodsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "inventory_site.web.middleware.PrivatePagesMiddleware",
    "inventory_site.web.middleware.PersonTimeZoneMiddleware",
]
ROOT_URLCONF = "inventory_site.urls"
WSGI_APPLICATION = "inventory_site.wsgi.application"
ASGI_APPLICATION = "inventory_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["inventory_site.web.templatetags.web", "template_partials.templatetags.partials"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.services.sign_in.SignInBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.services.passwords.LeakedPasswordValidator"},
    {"NAME": "accounts.services.passwords.ContextWordsValidator"},
]
# E-mail addresses are unique without case, by a constraint that the check for a unique field does not know.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
ANONYMOUS_USER_NAME = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "stock:today"
ACCOUNT_ADAPTER = "accounts.services.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Holdfast] "
ACCOUNT_FORMS = {
    "login": "accounts.forms.proofs.SignInForm",
    "reset_password": "accounts.forms.proofs.ForgottenPasswordForm",  # nosec B105 # the name of a form
    "change_password": "accounts.forms.proofs.AnotherPasswordForm",
}
PASSWORD_RESET_TIMEOUT = 3600
SOCIALACCOUNT_ADAPTER = "accounts.services.single_sign_on.SingleSignOnAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
SECOND_FACTOR_FOR = {"admin", *second_factor_for}
SECOND_FACTOR_URL = "accounts:security"
MFA_ADAPTER = "accounts.services.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.proofs.SecondStepForm",
    "reauthenticate": "accounts.forms.proofs.ConfirmByCodeForm",
    "activate_totp": "accounts.forms.proofs.SetUpAppForm",
    "add_webauthn": "accounts.forms.proofs.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.proofs.RenamePasskeyForm",
    "login_webauthn": "accounts.forms.proofs.PasskeySignInForm",
    "authenticate_webauthn": "accounts.forms.proofs.PasskeyStepForm",
    "reauthenticate_webauthn": "accounts.forms.proofs.ConfirmByPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Holdfast"
# The clock of a phone may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# An address is known to be somebody's by their invitation, so there is nothing left to verify.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# The audit log says what a key pointed at by name, as it was then.
AUDITLOG_USE_FK_STRING_REPRESENTATION = True

# Data
DATABASE = dj_database_url.parse(DATABASE_URL)
DATABASES = {
    "default": {
        **DATABASE,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **DATABASE.get("OPTIONS", {}),
            # PostgreSQL reads and plans a statement once a connection, not once a time: half the cost of a booking.
            "server_side_binding": True,
            "prepare_threshold": 5,
            **({"pool": {"min_size": 2, "max_size": DATABASE_POOL_SIZE, "timeout": 5}} if DATABASE_POOL_SIZE else {}),
        },
    }
}
CACHES = {
    "default": {
        "BACKEND": "inventory_site.web.cache.GuardedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "holdfast",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2, "SOCKET_TIMEOUT": 0.3},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
# Half a day unused, two weeks after signing in at the latest; docs/security.md says why.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_LIFETIME = 14 * 24 * 3600
# Pages about people, which no browser may keep; the others stay at hand for who goes back without a signal.
NEVER_STORED = ("accounts:", "admin:", "account_", "mfa_", "reports:audit-", "alerts:notification")
# A person may send 1,000 lines of seven fields each; 1,001 must still reach the form, which says so in words.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# As in deploy/nginx.conf: a photo of 15 MB and its form.
LARGEST_BODY = 20 * 1024 * 1024

# Tasks
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_SOFT_TIME_LIMIT = 210
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "health_check_interval": 10,
    "max_retries": 0,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "accounts.tasks.*": {"queue": "notify"},
    "alerts.tasks.*": {"queue": "notify"},
    "reports.tasks.*": {"queue": "reports"},
}
CELERY_BEAT_SCHEDULE = {
    # What a lost nudge left in the outbox, and what is to be tried again.
    "alerts.relay": {"task": "alerts.tasks.relay", "schedule": 15.0, "options": {"expires": 15}},
    "alerts.wake": {"task": "alerts.tasks.wake", "schedule": crontab(), "options": {"expires": 60}},
    "alerts.escalate": {"task": "alerts.tasks.escalate", "schedule": crontab(), "options": {"expires": 60}},
    "alerts.hand on": {"task": "alerts.tasks.hand_on", "schedule": crontab(), "options": {"expires": 60}},
    "accounts.send links": {"task": "accounts.tasks.send_links", "schedule": 15.0, "options": {"expires": 15}},
    "levels": {"task": "stock.tasks.judge_levels", "schedule": crontab(minute="*/5"), "options": {"expires": 300}},
    # Each warehouse's morning begins with one of these turns; the others repair what it could not know.
    "days": {"task": "stock.tasks.judge_days", "schedule": crontab(minute="2-59/5"), "options": {"expires": 300}},
    # What nobody would be told of by a mail is seen in the app.
    "stuck queues": {"task": "alerts.tasks.check_queues", "schedule": 60.0, "options": {"expires": 60}},
    "verify books": {"task": "stock.tasks.verify_books", "schedule": crontab(hour="2", minute="30")},
    # Every ten minutes, by night too: each turn adds what is new, so a turn for the night alone would find nothing.
    "roll up": {"task": "reports.tasks.roll_up", "schedule": crontab(minute="*/10"), "options": {"expires": 600}},
    "outcomes": {"task": "reports.tasks.look_into_outcomes", "schedule": 600.0, "options": {"expires": 600}},
    # The day before by UTC, when nothing of it is still being written; a lost turn is made up for by the next.
    "seal": {"task": "reports.tasks.seal", "schedule": crontab(hour="0-5", minute=20), "options": {"expires": 3600}},
    "forget sessions": {"task": "accounts.tasks.forget_sessions", "schedule": crontab(hour="3", minute="40")},
}

# Mail
EMAIL = dj_email_url.parse(EMAIL_URL)
vars().update(EMAIL)
EMAIL_TIMEOUT = 10
if EMAIL["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    EMAIL_BACKEND = "inventory_site.mail.EmlBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENVIRONMENT == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = DATA_DIR / "media"

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "inventory_site" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

# Security
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = SESSION_COOKIE_HTTPONLY = True
# A browser takes a cookie of such a name over https alone, from this host alone, and for all of it.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
MESSAGE_STORAGE = "inventory_site.web.flash.FlashStorage"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The camera is for scanning, the credentials are passkeys; nothing else that a browser can do is asked for.
PERMISSIONS_POLICY = {
    **dict.fromkeys(["camera", "publickey-credentials-create", "publickey-credentials-get"], "self"),
    **dict.fromkeys(["accelerometer", "autoplay", "display-capture", "encrypted-media", "geolocation"], ""),
    **dict.fromkeys(["gyroscope", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb"], ""),
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF, *filter(None, [EVENTS_URL])],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_FAILURE_VIEW = "inventory_site.web.errors.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "inventory_site.web.log_lines.OneLineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Both quote addresses of pages as they came.
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
        "gunicorn.access": {"handlers": ["console"], "propagate": False},
    },
}
