from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "flexiapi.spaces"
