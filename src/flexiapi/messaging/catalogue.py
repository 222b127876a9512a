"""The mails of the product: their names, and the variables that each needs besides those of all mails."""

from collections.abc import Mapping
from typing import Final

NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "register_validation": frozenset({"code", "expiration_minutes"}),
    "recover_by_code": frozenset({"code", "expiration_minutes"}),
    "reset_password": frozenset({"reset_password_url", "expiration_hours"}),
    "provisioning": frozenset({"wizard_url", "provisioning_qrcode_url"}),
    "newsletter_registration": frozenset({"subscriber_email"}),
    "voicemail": frozenset({"sip_from", "recorded_at"}),
    "expiring_space": frozenset({"days_left", "expire_at"}),
}
"""What a caller has to hand over for each mail (`docs/wire/messages.md` says what they mean)."""

OPTIONAL: Final = frozenset(
    {"provisioning_url", "provisioning_qrcode_url", "confirmation_url", "attachment_name", "attachment_type"}
)
"""What it may hand over for any."""
