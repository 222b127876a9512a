from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "flexiapi.operations"

    def ready(self) -> None:
        """Connect what the audit log records."""
        from . import audit_receivers  # noqa: PLC0415 models are loaded by now

        audit_receivers.connect()
