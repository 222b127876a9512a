from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "flexiapi.statistics"

    def ready(self) -> None:
        """Connect what listens to other rooms' events."""
        from . import receivers  # noqa: PLC0415 models are loaded by now

        receivers.connect()
