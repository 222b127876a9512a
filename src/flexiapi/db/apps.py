from django.apps import AppConfig


class DbConfig(AppConfig):
    name = "flexiapi.db"
    label = "furniture"
