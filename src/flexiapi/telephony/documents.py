"""What telephony's resources look like on the wire (`docs/wire/telephony.md`)."""

from typing import Any
from urllib.parse import quote

from flexiapi.accounts.models import Account
from flexiapi.http import dates

from .contact_header import Device
from .models import AccountFile, CallForwarding, CardDavCredential, ExternalAccount

Document = dict[str, Any]


def device(row: Device) -> Document:
    """A registered device."""
    app, version, name = row.agent_parts
    return {
        "uuid": row.uuid,
        "update_time": dates.wire(row.updated_at),
        "user_agent": row.user_agent,
        "app": app,
        "version": version,
        "device_name": name,
    }


def external_account(row: ExternalAccount) -> Document:
    """An external account; its HA1 is as good as the password and stays here."""
    return {
        "id": row.pk,
        "account_id": row.account_id,
        "username": row.username,
        "domain": row.domain,
        "algorithm": row.algorithm,
        "realm": row.realm,
        "registrar": row.registrar,
        "outbound_proxy": row.outbound_proxy,
        "protocol": row.protocol,
        "created_at": dates.wire(row.created_at),
        "updated_at": dates.wire(row.updated_at),
    }


def carddav_credential(row: CardDavCredential) -> Document:
    """An account's credentials on a directory; `password` is their HA1, for administrators' tools."""
    return {
        "carddav_id": row.server_id,
        "username": row.username,
        "realm": row.realm,
        "algorithm": row.algorithm,
        "password": row.password,
    }


def forwarding(row: CallForwarding, *, contact: Account | None) -> Document:
    """A call forwarding; `contact` is its target where the caller may see that one."""
    return {
        "id": row.pk,
        "type": row.type,
        "forward_to": row.forward_to,
        "sip_uri": row.sip_uri,
        "enabled": row.enabled,
        "contact_id": row.contact_id,
        "created_at": dates.wire(row.created_at),
        "updated_at": dates.wire(row.updated_at),
        "contact_sip_uri": contact.sip_uri if contact is not None else None,
    }


def file(row: AccountFile, *, base: str) -> Document:
    """A voicemail or another upload; `base` is the URL of its account's Space."""
    url = f"{base}/f/{row.pk}/{quote(row.name, safe='')}/download" if row.uploaded_at and row.name else None
    return {
        "id": row.pk,
        "name": row.name,
        "size": row.size,
        "content_type": row.content_type,
        "sip_from": row.sip_from,
        "created_at": dates.wire(row.created_at),
        "uploaded_at": dates.wire(row.uploaded_at),
        "download_url": url,
    }
