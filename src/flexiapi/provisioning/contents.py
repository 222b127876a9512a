"""What a provisioning document is made of: plain facts, filled by one compiled read.

The column names are those of the database. Boolean columns may arrive as 0 and 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class CardDavServerFacts:
    """One CardDAV directory of a Space; `timeout` in seconds, `delay` in milliseconds."""

    id: int
    uri: str
    enabled: bool | int = True
    min_characters: int = 3
    results_limit: int = 0
    timeout: int = 5
    delay: int = 500
    fields_for_user_input: str | None = None
    fields_for_domain: str | None = None
    use_exact_match_policy: bool | int = False


@dataclass(frozen=True)
class CardDavCredentialFacts:
    """The credential of an account for one CardDAV server; `password` is the HA1."""

    server_id: int
    username: str
    realm: str
    password: str = field(repr=False)
    algorithm: str = "MD5"


@dataclass(frozen=True)
class PasswordFacts:
    """One password row of an account; `password` is the HA1 in lower-case hexadecimal."""

    algorithm: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class SpaceFacts:
    """The Space a document is made for; hashable, because what it yields is cached by it.

    `realm` is the one of the digest configuration, None without. `custom_provisioning_entries` and
    `custom_provisioning_overwrite_all` are the effective values: the instance's defaults are already in.
    """

    id: int
    domain: str
    host: str
    name: str = ""
    realm: str | None = None
    custom_provisioning_entries: str | None = None
    custom_provisioning_overwrite_all: bool | int = False
    carddav_user_credentials: bool | int = False
    carddav_servers: tuple[CardDavServerFacts, ...] = ()
    super: bool | int = False
    disable_chat_feature: bool | int = False
    disable_meetings_feature: bool | int = False
    disable_broadcast_feature: bool | int = True
    hide_settings: bool | int = False
    hide_account_settings: bool | int = False
    disable_call_recordings_feature: bool | int = False
    only_display_sip_uri_username: bool | int = False
    assistant_hide_create_account: bool | int = False
    assistant_disable_qr_code: bool | int = False
    assistant_hide_third_party_account: bool | int = False
    max_account: int = 0


@dataclass(frozen=True)
class AccountDetails:
    """What only hooks ask for: dictionary, type keys, action codes by key, titles of contacts lists."""

    dictionary: Mapping[str, str] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    contacts_lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccountFacts:
    """The account a document is made for, as the document and the hooks see it.

    `load_details` is called at most once, when a hook reads the first of `dictionary`, `types`,
    `actions` (code by key) and `contacts_lists`.
    """

    id: int
    username: str
    domain: str
    display_name: str | None = None
    email: str | None = None
    phone: str | None = None
    passwords: tuple[PasswordFacts, ...] = ()
    carddav_credentials: tuple[CardDavCredentialFacts, ...] = ()
    load_details: Callable[[], AccountDetails] | None = field(default=None, repr=False, compare=False)

    @cached_property
    def _details(self) -> AccountDetails:
        return self.load_details() if self.load_details else AccountDetails()

    @property
    def dictionary(self) -> Mapping[str, str]:
        return self._details.dictionary

    @property
    def types(self) -> tuple[str, ...]:
        return self._details.types

    @property
    def actions(self) -> Mapping[str, str]:
        return self._details.actions

    @property
    def contacts_lists(self) -> tuple[str, ...]:
        return self._details.contacts_lists


@dataclass(frozen=True)
class HookPassword:
    """What the auth hook receives: the password row and the account it belongs to."""

    account: AccountFacts
    algorithm: str
    password: str = field(repr=False)
