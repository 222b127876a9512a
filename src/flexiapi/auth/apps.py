from django.apps import AppConfig


class AuthConfig(AppConfig):
    name = "flexiapi.auth"
    label = "callers"  # `auth` belongs to django.contrib.auth
