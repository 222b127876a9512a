"""The remote provisioning document: what it holds, in which order (`docs/wire/provisioning.md`).

Every start of every app fetches one. Without hooks a document is therefore put together from strings:
what depends on the Space alone is written once and cached, an account adds a few entries. Hooks need
elements to change, and go the longer way through `Config`; both ways write the same bytes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import structlog

from flexiapi.hooks import HookContext, ProvisioningHooks
from flexiapi.provisioning.contents import (
    AccountFacts,
    CardDavCredentialFacts,
    CardDavServerFacts,
    HookPassword,
    PasswordFacts,
    SpaceFacts,
)
from flexiapi.provisioning.elements import (
    CLOSING,
    OPENING,
    Config,
    Section,
    Value,
    entry_markup,
    section_markup,
)
from flexiapi.spaces import entries as custom_entries

log = structlog.get_logger(__name__)

UI_SWITCHES = (
    "super",
    "disable_chat_feature",
    "disable_meetings_feature",
    "disable_broadcast_feature",
    "hide_settings",
    "hide_account_settings",
    "disable_call_recordings_feature",
    "only_display_sip_uri_username",
    "assistant_hide_create_account",
    "assistant_disable_qr_code",
    "assistant_hide_third_party_account",
    "max_account",
)

Pairs = list[tuple[str, Value]]

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def build(
    space: SpaceFacts,
    account: AccountFacts | None,
    *,
    contacts_url: str,
    hooks: ProvisioningHooks | None = None,
    request_view: HookContext | None = None,
    carddav_twins: bool = False,
    reg_proxy: str | None = None,
    classic: bool = False,
) -> bytes:
    """Write the document of a Space (`account` None) or of an account of that Space, in UTF-8.

    `contacts_url` is the absolute URL of the contacts' vCards. `request_view` is what hooks get to see
    of the request, needed as soon as there are hooks. `carddav_twins` repeats the enabled CardDAV servers
    under the names that Linphone SDK 5.5 reads. `reg_proxy` is added to `proxy_0` unless the custom entries
    already have one. `classic` gives the layout of installations that are still configured by one file for
    all: no `ui`, no CardDAV, and sections that are completed move to the end.

    Raises:
        HookError: a hook failed; there is no document then.
    """
    if hooks is None and not classic:
        frame = _frame(space, contacts_url, carddav_twins)
        if account is None:
            return frame.anonymous
        if not frame.has_auth_info:
            return _account_document(frame, space, account, reg_proxy)
    if hooks is not None and request_view is None:
        raise TypeError("hooks need a request view")
    config = Config(_custom_sections(space.custom_provisioning_entries))
    if not classic:
        for section in _directories(space.carddav_servers, carddav_twins):
            config.add_section(*section)
    credentials = () if account is None or classic else _credentials(space, account)
    for number, credential in enumerate(credentials):
        config.add_section(f"auth_info_{number}", _credential_entries(credential))
    config.add_section("misc", [("contacts-vcard-list", contacts_url)])
    if account is not None:
        if not classic:
            _complete_ui(config, space)
        proxy = _completed(config, "proxy_0", _proxy_entries(account, reg_proxy), classic)
        if hooks is not None and request_view is not None:
            hooks.proxy(proxy, request_view, account)
        for number, password in enumerate(_by_algorithm(account.passwords), len(credentials)):
            pairs = _password_entries(space, account, password)
            section_of_password = _completed(config, f"auth_info_{number}", pairs, classic)
            if hooks is not None and request_view is not None:
                row = HookPassword(account, password.algorithm, password.password)
                hooks.auth(section_of_password, request_view, row)
    if hooks is not None and request_view is not None:
        hooks.additional_section(config, request_view, account)
    return config.markup(bool(space.custom_provisioning_overwrite_all))


def identity(account: AccountFacts) -> str:
    """The `reg_identity` of an account: a name-addr with the display name as quoted string (RFC 3261 §25.1).

    Control characters are dropped. A display name of `0` counts as none, as clients know it.
    """
    address = f"<sip:{account.username}@{account.domain}>"
    name = _CONTROLS.sub("", account.display_name or "")
    if name in ("", "0"):
        return address
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" {address}'


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a Space's documents have in common, written: an account's entries go between the parts.

    With a custom `proxy_0`, `opening` ends inside of it and `closing_proxy` is what follows there;
    otherwise `proxy_0` comes after `middle`.
    """

    anonymous: bytes
    opening: str
    closing_proxy: str | None
    middle: str
    has_auth_info: bool
    has_reg_proxy: bool


@lru_cache(maxsize=512)
def _frame(space: SpaceFacts, contacts_url: str, carddav_twins: bool) -> _Frame:
    overwrite = bool(space.custom_provisioning_overwrite_all)
    custom = _custom_sections(space.custom_provisioning_entries)
    misc = Section("misc", [("contacts-vcard-list", contacts_url)])
    directories = [Section(*section) for section in _directories(space.carddav_servers, carddav_twins)]
    anonymous = Config([*custom, *directories, misc]).markup(overwrite)

    config = Config([*custom, *directories, misc])
    _complete_ui(config, space)
    middle = [misc, *list(config)[len(custom) + len(directories) + 1 :]]
    names = [section.name for section in custom]
    proxy = names.index("proxy_0") if "proxy_0" in names else None
    if proxy is None:
        opening, closing_proxy = _markup([*custom, *directories], overwrite), None
    else:
        entries = custom[proxy].entries_markup(overwrite)
        opening = f'{_markup(custom[:proxy], overwrite)}<section name="proxy_0">{entries}'
        closing_proxy = f"</section>{_markup([*custom[proxy + 1 :], *directories], overwrite)}"
    return _Frame(
        anonymous=anonymous,
        opening=OPENING + opening,
        closing_proxy=closing_proxy,
        middle=_markup(middle, overwrite),
        has_auth_info=any(name.startswith("auth_info_") for name in names),
        has_reg_proxy=proxy is not None and "reg_proxy" in custom[proxy],
    )


def _account_document(frame: _Frame, space: SpaceFacts, account: AccountFacts, reg_proxy: str | None) -> bytes:
    overwrite = bool(space.custom_provisioning_overwrite_all)
    credentials = _credentials(space, account)
    credential_sections = [
        section_markup(f"auth_info_{number}", _entries_markup(_credential_entries(credential), overwrite))
        for number, credential in enumerate(credentials)
    ]
    password_sections = [
        section_markup(f"auth_info_{number}", _entries_markup(_password_entries(space, account, password), overwrite))
        for number, password in enumerate(_by_algorithm(account.passwords), len(credentials))
    ]
    proxy = _entries_markup(_proxy_entries(account, None if frame.has_reg_proxy else reg_proxy), overwrite)
    if frame.closing_proxy is None:
        parts = [frame.opening, *credential_sections, frame.middle, section_markup("proxy_0", proxy)]
    else:
        parts = [frame.opening, proxy, frame.closing_proxy, *credential_sections, frame.middle]
    return "".join([*parts, *password_sections, CLOSING]).encode()


def _entries_markup(pairs: Pairs, overwrite: bool) -> str:
    return "".join([entry_markup(name, str(value), overwrite) for name, value in pairs])


def _markup(sections: Sequence[Section], overwrite: bool) -> str:
    return "".join(section.markup(overwrite) for section in sections)


@lru_cache(maxsize=512)
def _readable_entries(text: str) -> custom_entries.Entries:
    """The custom entries without those that cannot be read, which are logged once per text."""
    found, problems = custom_entries.readable(text)
    for problem in problems:
        log.warning("custom provisioning entries: line left out", line=problem.line, reason=problem.reason)
    return found


def _custom_sections(text: str | None) -> list[Section]:
    if not text:
        return []
    return [Section(name, keys.items()) for name, keys in _readable_entries(text).items()]


def _directories(servers: Sequence[CardDavServerFacts], twins: bool) -> list[tuple[str, Pairs]]:
    """One section per server; twins are named as Linphone SDK 5.5 reads them and know no `enabled`."""
    servers = sorted(servers, key=lambda server: server.id)
    sections: list[tuple[str, Pairs]] = [
        (
            f"remote_contact_directory_{number}",
            [
                ("enabled", int(server.enabled)),
                ("type", "carddav"),
                ("uri", server.uri),
                ("min_characters", server.min_characters),
                ("results_limit", server.results_limit),
                ("timeout", server.timeout),
                ("delay", server.delay),
                ("carddav_fields_for_user_input", server.fields_for_user_input),
                ("carddav_fields_for_domain", server.fields_for_domain),
                ("carddav_use_exact_match_policy", int(server.use_exact_match_policy)),
            ],
        )
        for number, server in enumerate(servers)
    ]
    if twins:
        enabled = [server for server in servers if server.enabled]
        sections += [
            (
                f"carddav_{number}",
                [
                    ("server_url", server.uri),
                    ("results_limit", server.results_limit),
                    ("min_characters", server.min_characters),
                    ("timeout", server.timeout),
                    ("fields_for_user_input", server.fields_for_user_input),
                    ("fields_for_domain", server.fields_for_domain),
                    ("use_exact_match_policy", int(server.use_exact_match_policy)),
                ],
            )
            for number, server in enumerate(enabled)
        ]
    return sections


def _credentials(space: SpaceFacts, account: AccountFacts) -> Sequence[CardDavCredentialFacts]:
    if not space.carddav_user_credentials:
        return ()
    return sorted(account.carddav_credentials, key=lambda credential: credential.server_id)


def _credential_entries(credential: CardDavCredentialFacts) -> Pairs:
    return [
        ("username", credential.username),
        ("realm", credential.realm),
        ("ha1", credential.password),
        ("algorithm", credential.algorithm),
    ]


def _by_algorithm(passwords: Sequence[PasswordFacts]) -> Sequence[PasswordFacts]:
    return passwords if len(passwords) < 2 else sorted(passwords, key=lambda password: password.algorithm)


def _password_entries(space: SpaceFacts, account: AccountFacts, password: PasswordFacts) -> Pairs:
    return [
        ("username", account.username),
        ("domain", account.domain),
        ("ha1", password.password),
        ("realm", space.realm or account.domain),
        ("algorithm", password.algorithm),
    ]


def _proxy_entries(account: AccountFacts, reg_proxy: str | None) -> Pairs:
    own: Pairs = [("reg_identity", identity(account))]
    return [("reg_proxy", reg_proxy), *own] if reg_proxy else own


def _complete_ui(config: Config, space: SpaceFacts) -> None:
    """Add the switches of the Space; those of a custom `ui` section stay as they are."""
    section = config.section("ui") or config.add_section("ui")
    for name in UI_SWITCHES:
        if name not in section:
            section.add(name, int(getattr(space, name)))


def _completed(config: Config, name: str, pairs: Pairs, classic: bool) -> Section:
    """Append entries to the first section of that name, a new one if there is none."""
    section = config.section(name)
    if section is None:
        return config.add_section(name, pairs)
    has_reg_proxy = "reg_proxy" in section
    for key, value in pairs:
        if key != "reg_proxy" or not has_reg_proxy:
            section.add(key, value)
    if classic:
        config.move_to_end(section)
    return section
