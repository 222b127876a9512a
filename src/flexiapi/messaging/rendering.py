"""A delivery becomes a mail: variables, the sender, both forms in the recipient's language."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import translation

from flexiapi.accounts.models import Account
from flexiapi.config import instance
from flexiapi.http.dates import now
from flexiapi.spaces.models import EmailServer, Space

from . import attachments, contents, customised
from .mail import Attachment, Mail
from .models import Delivery

_DOWNLOAD_URL = "https://www.linphone.org/en/download/"
_GUIDE_URL = "https://linphone.org/en/docs"
_FORMER_VARIABLES: Final = {
    "code": "recovery_code",
    "provisioning_url": "provisioning_link",
    "provisioning_qrcode_url": "provisioning_qrcode",
    "reset_password_url": "reset_url",
}


def mail(delivery: Delivery, *, space: Space | None, account: Account | None, own: EmailServer | None) -> Mail:
    """The mail of a delivery, with the sender and the signature of the Space where it has them.

    Raises:
        Undeliverable: its attachment is gone.
        NotDelivered: the storage of uploads does not work.
    """
    settings = instance.current()
    given: Mapping[str, Any] = delivery.payload["context"]
    variables = _variables(delivery, space, account, given)
    variables["signature"] = (own and own.signature) or settings.mail_signature
    sender = (own and own.from_address) or settings.mail_from_address
    name = (own and own.from_name) or settings.mail_from_name
    with translation.override(delivery.locale):
        content = contents.content(delivery.template, variables)
        variables["subject"] = content.subject
        halves = {half: _half(delivery.template, half, content, variables) for half in ("txt", "html")}
    return Mail(
        template=delivery.template,
        sender=sender,
        sender_name=name,
        recipient=delivery.recipient,
        subject=content.subject,
        text=halves["txt"],
        html=halves["html"],
        locale=delivery.locale,
        message_id=_message_id(delivery, sender),
        written_at=delivery.created_at or now(),
        attachment=_attachment(delivery.attachment, given),
    )


def _variables(
    delivery: Delivery, space: Space | None, account: Account | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    settings = instance.current()
    host = space.host if space else settings.app_root_host
    return {
        **{name: value for name, value in given.items() if not name.startswith("attachment_")},
        **{former: given[name] for name, former in _FORMER_VARIABLES.items() if name in given},
        "app_name": settings.app_name,
        "site_url": f"https://{host}" if host else "",
        "year": now().year,
        "locale": delivery.locale,
        "space": {
            "name": space.name if space else settings.app_name,
            "host": host or "",
            "domain": space.domain if space else "",
        },
        "account": account and _account(account),
    }


def _account(account: Account) -> dict[str, str]:
    return {
        "username": account.username,
        "domain": account.domain,
        "identifier": account.identifier,
        "sip_uri": account.sip_uri,
        "display_name": account.display_name or "",
        "email": account.email or "",
        "phone": account.phone or "",
    }


def _half(template: str, half: str, content: contents.Content, variables: Mapping[str, Any]) -> str:
    domain = variables["space"]["domain"]
    customised_half = customised.rendered(template, half, domain=domain, variables=variables)
    if customised_half is not None:
        return customised_half
    frame = {**variables, "content": content, "download_url": _DOWNLOAD_URL, "guide_url": _GUIDE_URL}
    return render_to_string(f"messaging/mail.{half}", frame)


def _message_id(delivery: Delivery, sender: str) -> str:
    """The same at each attempt, and told by nobody: RFC 5322 §3.6.4."""
    key = instance.current().derived_key("message ids")
    digest = hashlib.blake2b(f"{delivery.pk} {delivery.created_at}".encode(), key=key, digest_size=16).hexdigest()
    domain = sender.rpartition("@")[2]
    return f"<{digest}@{domain if domain.isascii() else 'localhost'}>"


def _attachment(name: str | None, given: Mapping[str, Any]) -> Attachment | None:
    if name is None:
        return None
    return Attachment(
        name=str(given.get("attachment_name") or name.rpartition("/")[2]),
        content_type=str(given.get("attachment_type") or "application/octet-stream"),
        content=attachments.read(name),
    )
