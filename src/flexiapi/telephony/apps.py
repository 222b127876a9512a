from django.apps import AppConfig


class TelephonyConfig(AppConfig):
    name = "flexiapi.telephony"

    def ready(self) -> None:
        """Connect what listens to other rooms' events."""
        from . import receivers  # noqa: PLC0415 models are loaded by now

        receivers.connect()
