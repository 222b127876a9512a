from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "flexiapi.accounts"

    def ready(self) -> None:
        """Connect what listens to this room's events."""
        from . import receivers  # noqa: PLC0415 models are loaded by now

        receivers.connect()
