"""The provisioning document byte for byte, and what Linphone reads in it."""

import hashlib
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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
from flexiapi.provisioning.document import UI_SWITCHES, build, identity

GOLDEN = Path(__file__).parent.parent / "wire" / "provisioning"
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
        CardDavCredentialFacts(
            1, "bob", "dav.example.org", ha1("bob", "dav.example.org", "cards", "MD5"), "MD5"
        ),
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


class TestGolden:
    def check(self, document: bytes, name: str, length: int, sha256: str) -> None:
        golden = (GOLDEN / f"{name}.xml").read_bytes()
        assert document.decode() == golden.decode()
        assert len(document) == length
        assert hashlib.sha256(document).hexdigest() == sha256
        assert etree.fromstring(document).tag == "{http://www.linphone.org/xsds/lpconfig.xsd}config"

    def test_anonymous_with_entries_and_directory(self):
        document = build(replace(SPACE, carddav_servers=(TEAM,)), None, contacts_url=VCARDS)

        self.check(
            document, "anonymous", 1094, "fea3e2d136676d510c9ca25f94ef4b006e781ca7e95a4a3f35a52575ccbbe0a5"
        )

    def test_account_with_two_algorithms(self):
        document = build(SPACE, ALICE, contacts_url=VCARDS)

        self.check(
            document,
            "two_algorithms",
            1842,
            "99a46927feeac6b1eea404c217a6a153ca038c44addfc1a094febcec349fa467",
        )

    def test_credentials_and_overwrite_all(self):
        document = build(BOB_SPACE, BOB, contacts_url=VCARDS)

        self.check(
            document,
            "overwrite_all",
            3468,
            "5de70cc9efada86d4cb0124d73301d0ff37cb55be845a6ffcb04cd1f12e368fd",
        )

    def test_dictionary_by_hook(self, tmp_path):
        hooks = hooks_of(
            tmp_path,
            "def provisioning_additional_section_hook(config, request, account):\n"
            "    section = config.add_section('dictionary')\n"
            "    for key, value in account.dictionary.items():\n"
            "        section.add(key, value)\n",
        )

        document = build(BOB_SPACE, BOB, contacts_url=VCARDS, hooks=hooks, request_view=context())

        self.check(
            document,
            "dictionary_hook",
            3612,
            "ea7ee9259eb802a3f9b21ee0dbf32fbccfacdff2907dcd2fdf233a49529eaedc",
        )

    def test_space_without_entries(self):
        erin = AccountFacts(
            id=3,
            username="erin",
            domain="plain.example.org",
            display_name="",
            passwords=(password("erin", "plain.example.org", "Xk3vQ9aLm2"),),
        )

        document = build(PLAIN, erin, contacts_url=PLAIN_VCARDS)

        self.check(
            document, "plain_space", 1160, "716fbc5d28b869ce5474aa8fb2211b47398b8418e1cc6eb947ad233463ef8cd1"
        )

    def test_classic_layout(self):
        space = replace(
            SPACE, realm="example-realm", custom_provisioning_overwrite_all=True, carddav_servers=(TEAM,)
        )
        alice = replace(ALICE, passwords=(password("alice", "example-realm", "wonderland"),))

        document = build(space, alice, contacts_url=VCARDS, classic=True)

        self.check(
            document,
            "classic_layout",
            1240,
            "5dce701ad401aa05d7d08d40843ccf4e7c172c547b680935b5e765c02af4501e",
        )

    def test_escaping_without_password(self):
        carol = AccountFacts(
            id=4, username="carol", domain="plain.example.org", display_name='Carol "CC" & Co <é>'
        )

        document = build(PLAIN, carol, contacts_url=PLAIN_VCARDS)

        self.check(
            document, "escaping", 903, "5a59804528ee428aac9d2576612103e2f732dabdcc611c0ce816f0ce565bf0d7"
        )


class TestIdentity:
    @pytest.mark.parametrize(
        ("display_name", "expected"),
        [
            (None, "<sip:alice@sip.example.org>"),
            ("", "<sip:alice@sip.example.org>"),
            ("0", "<sip:alice@sip.example.org>"),
            ("\x00\r\n", "<sip:alice@sip.example.org>"),
            ("Anna", '"Anna" <sip:alice@sip.example.org>'),
            ('a\\b"c', '"a\\\\b\\"c" <sip:alice@sip.example.org>'),
            ("A\x85n\tn\x7fa", '"Anna" <sip:alice@sip.example.org>'),
        ],
    )
    def test_display_name(self, display_name, expected):
        assert identity(replace(ALICE, display_name=display_name)) == expected


class TestAssembly:
    def test_custom_ui_is_completed_in_place(self):
        space = replace(PLAIN, custom_provisioning_entries="[ui]\nsuper=7\nlogo=x\n[sip]\na=1\n")

        document = build(space, replace(ALICE, passwords=()), contacts_url=VCARDS)

        found = sections(document)
        assert [name for name, _ in found] == ["ui", "sip", "misc", "proxy_0"]
        assert list(found[0][1]) == ["super", "logo", *UI_SWITCHES[1:]]
        assert found[0][1]["super"] == "7"

    def test_anonymous_document_keeps_custom_ui_alone(self):
        space = replace(PLAIN, custom_provisioning_entries="[ui]\nlogo=x\n")

        assert sections(build(space, None, contacts_url=VCARDS))[0] == ("ui", {"logo": "x"})

    def test_custom_auth_info_is_completed_in_place(self):
        space = replace(PLAIN, custom_provisioning_entries="[auth_info_0]\npasswd=x\n[sip]\na=1\n")

        found = sections(build(space, ALICE, contacts_url=VCARDS))

        assert [name for name, _ in found] == ["auth_info_0", "sip", "misc", "ui", "proxy_0", "auth_info_1"]
        assert list(found[0][1]) == ["passwd", "username", "domain", "ha1", "realm", "algorithm"]

    def test_credentials_are_left_out_when_the_space_has_them_off(self):
        found = sections(build(replace(BOB_SPACE, carddav_user_credentials=0), BOB, contacts_url=VCARDS))

        assert [name for name, _ in found if name.startswith("auth_info")] == ["auth_info_0"]

    def test_realm_falls_back_to_the_domain(self):
        found = dict(sections(build(replace(PLAIN, realm=None), ALICE, contacts_url=VCARDS)))

        assert found["auth_info_0"]["realm"] == "sip.example.org"

    def test_unreadable_custom_entries_are_left_out(self):
        space = replace(PLAIN, custom_provisioning_entries='lost=1\n[sip]\na="x\nb=2\n')

        assert sections(build(space, None, contacts_url=VCARDS))[0] == ("sip", {"b": "2"})

    def test_empty_section(self):
        document = build(replace(PLAIN, custom_provisioning_entries="[sip]"), None, contacts_url=PLAIN_VCARDS)

        assert b'<section name="sip"/>' in document

    def test_zero_and_one_from_a_database_row(self):
        space = replace(PLAIN, hide_settings=1, carddav_servers=(replace(TEAM, enabled=0),))

        found = dict(sections(build(space, ALICE, contacts_url=VCARDS)))

        assert found["ui"]["hide_settings"] == "1"
        assert found["remote_contact_directory_0"]["enabled"] == "0"

    def test_servers_by_id(self):
        space = replace(PLAIN, carddav_servers=(CLIENTS, TEAM))

        found = dict(sections(build(space, None, contacts_url=VCARDS)))

        assert found["remote_contact_directory_0"]["uri"] == TEAM.uri

    def test_carddav_twins_of_enabled_servers(self):
        space = replace(PLAIN, carddav_servers=(replace(TEAM, enabled=False), CLIENTS))

        found = sections(build(space, None, contacts_url=VCARDS, carddav_twins=True))

        assert [name for name, _ in found] == [
            "remote_contact_directory_0",
            "remote_contact_directory_1",
            "carddav_0",
            "misc",
        ]
        assert found[2][1] == {
            "server_url": CLIENTS.uri,
            "results_limit": "50",
            "min_characters": "1",
            "timeout": "10",
            "fields_for_user_input": "FN,NICKNAME,ORG",
            "fields_for_domain": "IMPP",
            "use_exact_match_policy": "1",
        }

    @pytest.mark.parametrize(
        ("entries", "expected"), [(None, "<sip:x>"), ("[proxy_0]\nreg_proxy=own", "own")]
    )
    def test_reg_proxy_yields_to_the_custom_one(self, entries, expected):
        space = replace(PLAIN, custom_provisioning_entries=entries)

        found = dict(sections(build(space, ALICE, contacts_url=VCARDS, reg_proxy="<sip:x>")))

        assert list(found["proxy_0"]) == ["reg_proxy", "reg_identity"]
        assert found["proxy_0"]["reg_proxy"] == expected

    def test_what_xml_cannot_carry_is_dropped(self):
        space = replace(PLAIN, custom_provisioning_entries='["a<b"]\nk=1')
        odd = replace(ALICE, display_name="a\ufffeb\ud800c\U0001f600")

        found = dict(sections(build(space, odd, contacts_url="https://x/\x0b?a&b\r\n")))

        assert found["proxy_0"]["reg_identity"] == '"abc\U0001f600" <sip:alice@sip.example.org>'
        assert found["misc"]["contacts-vcard-list"] == "https://x/?a&b\r\n"
        assert found["a<b"] == {"k": "1"}


class TestHooks:
    RECORDING = """
calls = []

def provisioning_proxy_hook(section, request, account):
    section.add("seen", len(section_names(section)))
    section.add("transport", request.query["transport"], overwrite=True)

def section_names(section):
    return [entry.name for entry in section]

def provisioning_auth_hook(section, request, password):
    section.set("realm", password.account.username)
    section.add("of", password.algorithm)

def provisioning_additional_section_hook(config, request, account):
    config.add_section("extra").add("who", account.id if account else None)
"""

    def test_order_and_count(self, tmp_path):
        hooks = hooks_of(tmp_path, self.RECORDING)

        document = build(
            SPACE, ALICE, contacts_url=VCARDS, hooks=hooks, request_view=context(transport="tls")
        )

        found = dict(sections(document))
        assert found["proxy_0"]["seen"] == "3"
        assert b'<entry name="transport" overwrite="true">tls</entry>' in document
        assert [found[f"auth_info_{n}"]["of"] for n in (0, 1)] == ["MD5", "SHA-256"]
        assert found["auth_info_0"]["realm"] == "alice"
        assert sections(document)[-1] == ("extra", {"who": "1"})

    def test_anonymous_document_calls_the_last_one_only(self, tmp_path):
        document = build(
            SPACE, None, contacts_url=VCARDS, hooks=hooks_of(tmp_path, self.RECORDING), request_view=context()
        )

        assert sections(document)[-1] == ("extra", {"who": None})
        assert b"seen" not in document

    def test_overwrite_all_covers_hook_entries(self, tmp_path):
        space = replace(SPACE, custom_provisioning_overwrite_all=True)
        hooks = hooks_of(tmp_path, self.RECORDING)

        document = build(
            space, ALICE, contacts_url=VCARDS, hooks=hooks, request_view=context(transport="tls")
        )

        assert document.count(b"<entry ") == document.count(b' overwrite="true"')

    def test_the_whole_document_is_within_reach(self, tmp_path):
        hooks = hooks_of(
            tmp_path,
            "def provisioning_additional_section_hook(config, request, account):\n"
            "    for section in config:\n"
            "        if section.name.startswith('auth_info_'):\n"
            "            config.remove_section(section)\n"
            "    config.section('ui').remove('super')\n"
            "    config.section('sip').set('media_encryption', None)\n"
            "    assert config.section('nothing') is None\n"
            "    assert config.section('sip').get('verify_server_certs') == '1'\n",
        )

        document = build(SPACE, ALICE, contacts_url=VCARDS, hooks=hooks, request_view=context())

        found = dict(sections(document))
        assert [name for name in found if name.startswith("auth_info_")] == []
        assert "super" not in found["ui"]
        assert b'<entry name="media_encryption"/>' in document

    def test_details_are_loaded_once_and_only_when_asked(self, tmp_path):
        loads = []

        def load() -> AccountDetails:
            loads.append(1)
            return AccountDetails(types=("phone",), actions={"open": "12#"}, contacts_lists=("Team",))

        alice = replace(ALICE, load_details=load)
        build(SPACE, alice, contacts_url=VCARDS)
        assert loads == []
        hooks = hooks_of(
            tmp_path,
            "def provisioningAdditionalSectionHook(config, request, account):\n"
            "    section = config.add_section('all')\n"
            "    section.add('types', ','.join(account.types))\n"
            "    section.add('action', account.actions['open'])\n"
            "    section.add('lists', ','.join(account.contacts_lists))\n",
        )

        document = build(SPACE, alice, contacts_url=VCARDS, hooks=hooks, request_view=context())

        assert sections(document)[-1][1] == {"types": "phone", "action": "12#", "lists": "Team"}
        assert loads == [1]


TEXT = st.text(max_size=12)
NAMES = st.sampled_from(["sip", "proxy_0", "ui", "misc", "auth_info_1", "auth_info_9", "a b"])
KEYS = st.sampled_from(["reg_proxy", "super", "hide_settings", "k", "username"])


class TestBothWaysWriteTheSame:
    @settings(max_examples=150, deadline=None)
    @given(
        custom=st.dictionaries(NAMES, st.dictionaries(KEYS, st.sampled_from(["", "1", '"<&>"', "é"]))),
        overwrite=st.booleans(),
        twins=st.booleans(),
        reg_proxy=st.sampled_from([None, "<sip:x>"]),
        display_name=TEXT,
        algorithms=st.lists(st.sampled_from(["MD5", "SHA-256"]), unique=True),
        credentials=st.integers(0, 2),
        anonymous=st.booleans(),
    )
    def test_with_an_idle_hook(
        self, custom, overwrite, twins, reg_proxy, display_name, algorithms, credentials, anonymous
    ):
        text = "\n".join(
            f"[{name}]\n" + "\n".join(f"{key}={value}" for key, value in keys.items())
            for name, keys in custom.items()
        )
        space = replace(
            BOB_SPACE, custom_provisioning_entries=text, custom_provisioning_overwrite_all=overwrite
        )
        account = replace(
            BOB,
            display_name=display_name,
            passwords=tuple(PasswordFacts(algorithm, "00") for algorithm in algorithms),
            carddav_credentials=BOB.carddav_credentials[:credentials],
        )
        asked = {"contacts_url": VCARDS, "carddav_twins": twins, "reg_proxy": reg_proxy}
        subject = None if anonymous else account

        direct = build(space, subject, **asked)
        by_elements = build(space, subject, **asked, hooks=IDLE, request_view=context())

        assert direct == by_elements
        etree.fromstring(direct)


class _Idle(ProvisioningHooks):
    def __init__(self) -> None:
        pass

    def proxy(self, section: object, request: HookContext, account: object) -> None:
        pass

    auth = additional_section = proxy


IDLE = _Idle()
