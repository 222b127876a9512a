"""The provisioning document: what is where in it, and what hooks make of it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.provisioning.facts import (
    ALICE,
    BOB,
    BOB_SPACE,
    CLIENTS,
    PLAIN,
    PLAIN_VCARDS,
    SPACE,
    TEAM,
    VCARDS,
    context,
    hooks_of,
    sections,
)

from flexiapi.hooks import HookContext, ProvisioningHooks
from flexiapi.provisioning.contents import AccountDetails, PasswordFacts
from flexiapi.provisioning.document import UI_SWITCHES, build, identity


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

    @pytest.mark.parametrize(("entries", "expected"), [(None, "<sip:x>"), ("[proxy_0]\nreg_proxy=own", "own")])
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

        document = build(SPACE, ALICE, contacts_url=VCARDS, hooks=hooks, request_view=context(transport="tls"))

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

        document = build(space, ALICE, contacts_url=VCARDS, hooks=hooks, request_view=context(transport="tls"))

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
            f"[{name}]\n" + "\n".join(f"{key}={value}" for key, value in keys.items()) for name, keys in custom.items()
        )
        space = replace(BOB_SPACE, custom_provisioning_entries=text, custom_provisioning_overwrite_all=overwrite)
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
