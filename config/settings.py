"""All settings, from the environment; docs/operator.md explains each variable.

Nothing needs to be set for the embedded default: SQLite, no broker, mail to the console.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from config.env import Env
from sla.figures import definitions, intervals

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# -- Where and for whom ---------------------------------------------------------------------

DEBUG = env.flag("DEBUG")
HTTPS = env.flag("HTTPS")
PROXY_COUNT = env.number("PROXY_COUNT", 0)
"""How many reverse proxies of ours stand in front; only then are forwarded headers believed."""

SITE_NAME = env.text("SITE_NAME", "示范市科学技术局")
SITE_NAME_EN = env.text("SITE_NAME_EN", "Demo City Bureau of Science and Technology")
SITE_URL = env.http_url("SITE_URL", "http://127.0.0.1:8000")

CONTACT_PHONE = env.text("CONTACT_PHONE")
CONTACT_EMAIL = env.text("CONTACT_EMAIL")
CONTACT_ADDRESS = env.text("CONTACT_ADDRESS")
"""Where citizens can ask about their data or a barrier on this site; shown where it is set."""
RETENTION_YEARS = env.number("RETENTION_YEARS", 10, minimum=1)
"""How long the bureau keeps case files, as its privacy notice says."""

RATE_DEFINITIONS = {
    "reply_rate": env.choice("REPLY_RATE", "standard", definitions.codes("reply_rate")),
    "on_time_rate": env.choice("ON_TIME_RATE", "E", definitions.codes("on_time_rate")),
}
"""What the bureau publishes by, of `sla.figures.definitions`; printed with the numbers."""

FEW_RATINGS = env.number("FEW_RATINGS", intervals.FEW)
"""Below this many ratings satisfaction is shown with its 95 % interval."""

ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS",
    list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", urlsplit(SITE_URL).hostname or ""])),
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])

# -- The house ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "foundation",
    "accounts",
    "ledger",
    "notices",
    "sla",
    "inquiries",
    "config",
]

MIDDLEWARE = [
    "foundation.request_id.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "foundation.headers.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "foundation.language.LanguageMiddleware",
    "foundation.request_size.RequestSizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.sessions.SlidingSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "foundation.errors.ErrorPagesMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "foundation.context.site",
            ],
        },
    },
]

FORM_RENDERER = "foundation.form_renderer.FormRenderer"

CASE_PAGES = {"inquiry": "desk:case"}
"""Where a supervised case of each stream is opened: the name of a URL that takes its number."""

CLOCK_PAGES = {"inquiry": "desk:clocks"}
"""Where it is told why such a case is due when it is: the name of a URL that takes its number."""

URGE_PAGE = "desk:urge"
"""Where supervisors urge cases: a URL that takes `number`s, `text` and `next` by POST."""

LOW_RATINGS_PAGE = ("desk:queue", "low-ratings")
"""Where low ratings wait to be followed up: the name of a URL and its argument."""

# -- Storage --------------------------------------------------------------------------------

DATABASES = {
    "default": env.database("DATABASE_URL", "sqlite:///var/huiying.sqlite3", BASE_DIR),
}
ON_SERVER = DATABASES["default"]["ENGINE"].endswith("postgresql")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SILENCED_SYSTEM_CHECKS = ["models.W040"]
"""SQLite leaves the included columns of an index out; there it is as fast as is needed."""

CACHES = {"default": env.cache("CACHE_URL", VAR_DIR / "cache")}

MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(VAR_DIR / "media")))
FILE_UPLOAD_PERMISSIONS = 0o640
ATTACHMENT_MAX_BYTES = env.number("ATTACHMENT_MAX_BYTES", 5 * 1024 * 1024, minimum=1)
ATTACHMENT_MAX_FILES = env.number("ATTACHMENT_MAX_FILES", 5, minimum=1)
ATTACHMENTS_MAX_BYTES = env.number("ATTACHMENTS_MAX_BYTES", 20 * 1024 * 1024, minimum=1)
"""One file, the number of files, and all files of one form together."""
REQUEST_MAX_BYTES = env.number("REQUEST_MAX_BYTES", 64 * 1024 * 1024, minimum=1)
"""Above this a request is refused unread; below it a form says which file is too large."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 100

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served from the source tree, without a collecting step that could be forgotten.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# -- Language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# -- People and sessions --------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "accounts:login"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "config.sessions.locked_out"
AXES_USERNAME_CALLABLE = "config.sessions.tried_name"
AXES_CLIENT_IP_CALLABLE = "foundation.throttle.client_address"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = env.number("SESSION_IDLE_MINUTES", 30, minimum=1) * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "foundation.errors.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# -- Protection -----------------------------------------------------------------------------

SECRET_KEY = env.secret("SECRET_KEY", VAR_DIR / "secret_key", required=ON_SERVER and not DEBUG)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", [])

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- Messages to people ---------------------------------------------------------------------

globals().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "noreply@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMS_GATEWAY_URL = env.http_url("SMS_GATEWAY_URL")
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN")

SURVEY_REMINDER = env.flag("SURVEY_REMINDER", default=True)
"""Whether citizens who have not rated an answer are reminded once, half-way through the time."""

# -- Background work ------------------------------------------------------------------------

BROKER_URL = env.broker("BROKER_URL")
"""Empty in the embedded mode: work is then done by `manage.py tick`, never inside a request."""

CELERY_BROKER_URL = BROKER_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = not BROKER_URL
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_DEFAULT_QUEUE = env.text("QUEUE", "huiying")
if BROKER_URL.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"confirm_publish": True}
else:
    # Redis gives a lost worker's messages out again after the visibility timeout; without the
    # socket timeouts a silent server would hang the web request that publishes.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
    }

HEARTBEAT_MAX_AGE = timedelta(seconds=env.number("HEARTBEAT_MAX_AGE", 300, minimum=1))
"""How old the last sweep may be before /readyz says that the node is not ready."""
SWEEP_MAX_LAG = timedelta(seconds=env.number("SWEEP_MAX_LAG", 900, minimum=1))
"""How late an alarm may be written before /readyz says so, too."""
METRICS_TOKEN = env.text("METRICS_TOKEN")
"""/metrics answers to whoever shows it; without one there is no such page."""

SELF_TEST = env.flag("SELF_TEST")
"""Try the public form once a day, as an inspector would; nothing of the trial is kept."""

# -- API ------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "inquiries.api.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "inquiries.api.errors.handle",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["inquiries.api.parsers.JsonParser"],
    # Sessions are for pages: without them a call cannot be forged from another site.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_METADATA_CLASS": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Huiying",
    "DESCRIPTION": "Public inquiries: submit, follow, answer, and the figures of the house.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.0",
}

# -- Logs -----------------------------------------------------------------------------------

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "foundation.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {"django": {"handlers": [], "level": LOG_LEVEL, "propagate": True}},
}
