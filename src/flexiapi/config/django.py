"""Django's settings, derived from the instance's typed settings; nothing here reads the environment."""

from pathlib import Path

import drf_spectacular_sidecar

from flexiapi.config import instance, languages
from flexiapi.db import options

_INSTANCE = instance.current()
_PACKAGE = Path(__file__).resolve().parent.parent
_SWAGGER_UI = Path(drf_spectacular_sidecar.__path__[0], "static", "drf_spectacular_sidecar", "swagger-ui-dist")

SECRET_KEY = _INSTANCE.derived_key("django").hex()
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the host decides the Space; an unknown one is refused there
USE_X_FORWARDED_HOST = False

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "rest_framework",
    "heroicons",
    "flexiapi.db",
    "flexiapi.spaces",
    "flexiapi.auth.apps.AuthConfig",
    "flexiapi.messaging",
    "flexiapi.accounts",
    "flexiapi.contacts",
    "flexiapi.intercom",
    "flexiapi.telephony",
    "flexiapi.provisioning",
    "flexiapi.statistics",
    "flexiapi.portal",
    "flexiapi.operations",
]

MIDDLEWARE = [
    "flexiapi.http.request_ids.RequestIds",
    "flexiapi.http.outer.OuterLayer",
    "flexiapi.http.static.StaticFiles",
    "flexiapi.http.locale.AcceptedLanguage",
    "flexiapi.auth.throttling.ApiLimit",
    "flexiapi.auth.gate.HostAndKey",
    "flexiapi.auth.sessions.PageSession",
    "flexiapi.http.forms.PageForms",
]

ROOT_URLCONF = "flexiapi.config.urls"
WSGI_APPLICATION = "flexiapi.config.wsgi.application"
APPEND_SLASH = False

DATABASES = {"default": options.database(_INSTANCE)}
DEFAULT_AUTO_FIELD = "flexiapi.db.fields.UnsignedBigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_PACKAGE / "http" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "flexiapi.portal.frame.context",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "flexiapi.portal.components"],
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = languages.SOURCE
LANGUAGES = languages.offered(_PACKAGE / "locale")
LOCALE_PATHS = [_PACKAGE / "locale"]

STATIC_URL = f"{(_INSTANCE.asset_url or '').rstrip('/')}/static/"
WHITENOISE_STATIC_PREFIX = "/static/"  # what is served elsewhere is taken from here
STATIC_ROOT = _INSTANCE.flexiapi_data_dir / "static"
STATICFILES_DIRS = [("swagger-ui", _SWAGGER_UI)]
STORAGES = {
    "default": {"BACKEND": "flexiapi.config.uploads.storage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SESSION_ENGINE = "flexiapi.auth.session_store"

CSRF_COOKIE_NAME = "XSRF-TOKEN"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "flexiapi.http.forms.csrf_failure"

# The outer layer refuses bodies by their declared size, uploads are streamed to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_TEMP_DIR = None

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "EXCEPTION_HANDLER": "flexiapi.http.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
}

LOGGING_CONFIG = None
