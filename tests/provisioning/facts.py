"""Spaces and accounts that documents are made for, and how to look at a document."""

import hashlib
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from flexiapi.hooks import HookContext, ProvisioningHooks, provisioning_file
from flexiapi.provisioning.contents import (
    AccountDetails,
    AccountFacts,
    CardDavCredentialFacts,
    CardDavServerFacts,
    PasswordFacts,
    SpaceFacts,
)

VCARDS = "https://voip.example.org/contacts/vcard"
PLAIN_VCARDS = "https://plain.example.org/contacts/vcard"

ENTRIES = """\
; base settings
[sip]
verify_server_certs=yes
media_encryption=srtp
guess_hostname=no

[proxy_0]
reg_proxy="<sip:sip.example.org;transport=tls>"
reg_expires=3600 ; one hour

[misc]
file_transfer_server_url="https://files.example.org/hft.php?v=2"
transient_provisioning=1
"""

TEAM = CardDavServerFacts(id=1, uri="https://dav.example.org/addressbooks/team/")
CLIENTS = CardDavServerFacts(
    id=2,
    uri="https://dav.example.org/addressbooks/clients/",
    min_characters=1,
    results_limit=50,
    timeout=10,
    delay=250,
    fields_for_user_input="FN,NICKNAME,ORG",
    fields_for_domain="IMPP",
    use_exact_match_policy=True,
)
SPACE = SpaceFacts(
    id=1,
    domain="sip.example.org",
    host="voip.example.org",
    realm="sip.example.org",
    hide_settings=True,
    max_account=1,
    custom_provisioning_entries=ENTRIES,
)
PLAIN = SpaceFacts(id=2, domain="plain.example.org", host="plain.example.org", realm="plain.example.org")


def ha1(username: str, realm: str, password: str, algorithm: str = "SHA-256") -> str:
    digest = hashlib.md5 if algorithm == "MD5" else hashlib.sha256
    return digest(f"{username}:{realm}:{password}".encode()).hexdigest()


def password(username: str, realm: str, clear: str, algorithm: str = "SHA-256") -> PasswordFacts:
    return PasswordFacts(algorithm, ha1(username, realm, clear, algorithm))


ALICE = AccountFacts(
    id=1,
    username="alice",
    domain="sip.example.org",
    display_name="Anna O'Reily",
    passwords=(
        password("alice", "sip.example.org", "wonderland"),
        password("alice", "sip.example.org", "wonderland", "MD5"),
    ),
)
BOB_SPACE = replace(
    SPACE,
    custom_provisioning_entries="[sip]\nmedia_encryption=srtp\n",
    custom_provisioning_overwrite_all=True,
    carddav_user_credentials=True,
    carddav_servers=(TEAM, CLIENTS),
)
BOB = AccountFacts(
    id=2,
    username="bob",
    domain="sip.example.org",
    passwords=(password("bob", "sip.example.org", "builder12"),),
    carddav_credentials=(
        CardDavCredentialFacts(
            2,
            "bob-clients",
            "clients.example.org",
            ha1("bob-clients", "clients.example.org", "cards2"),
            "SHA-256",
        ),
        CardDavCredentialFacts(1, "bob", "dav.example.org", ha1("bob", "dav.example.org", "cards", "MD5"), "MD5"),
    ),
    load_details=lambda: AccountDetails(dictionary=MappingProxyType({"color": "blue", "team": "red & blue"})),
)


def hooks_of(directory: Path, source: str) -> ProvisioningHooks:
    (directory / "provisioning_hooks.py").write_text(source)
    plugins = provisioning_file(directory).plugins()
    assert plugins is not None
    return ProvisioningHooks(plugins)


def context(space: SpaceFacts = SPACE, **query: str) -> HookContext:
    return HookContext("GET", space.host, "/provisioning/me", query, {}, "192.0.2.1", space)


def sections(document: bytes) -> list[tuple[str, dict[str, str | None]]]:
    root = etree.fromstring(document)
    return [(child.get("name"), {entry.get("name"): entry.text for entry in child}) for child in root]
