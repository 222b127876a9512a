from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "flexiapi.spaces"

    def ready(self) -> None:
        """Connect what listens to this room's events."""
        from . import receivers  # noqa: PLC0415 models are loaded by now

        receivers.connect()
