"""Texts of a Space as people see them: what it leaves empty is what the variables of the instance say."""

from flexiapi.config import instance

from .models import Space


def copyright_text(space: Space) -> str | None:
    """The line in the footer (`INSTANCE_COPYRIGHT`)."""
    return space.copyright_text or instance.current().instance_copyright


def introduction(space: Space) -> str | None:
    """The Markdown of the login page (`INSTANCE_INTRO_REGISTRATION`)."""
    return space.intro_registration_text or instance.current().instance_intro_registration


def newsletter_address(space: Space) -> str | None:
    """Who is told of newcomers that want the newsletter (`NEWSLETTER_REGISTRATION_ADDRESS`)."""
    return space.newsletter_registration_address or instance.current().newsletter_registration_address


def registrar(space: Space) -> str | None:
    """The registrar that people enter in other apps (`ACCOUNT_PROXY_REGISTRAR_ADDRESS`)."""
    return space.account_proxy_registrar_address or instance.current().account_proxy_registrar_address
