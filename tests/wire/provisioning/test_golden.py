"""Whole documents, byte for byte as apps in the field know them."""

import hashlib
from dataclasses import replace
from pathlib import Path

from lxml import etree
from tests.provisioning.facts import (
    ALICE,
    BOB,
    BOB_SPACE,
    PLAIN,
    PLAIN_VCARDS,
    SPACE,
    TEAM,
    VCARDS,
    context,
    hooks_of,
    password,
)

from flexiapi.provisioning.contents import AccountFacts
from flexiapi.provisioning.document import build

GOLDEN = Path(__file__).parent


class TestGolden:
    def check(self, document: bytes, name: str, length: int, sha256: str) -> None:
        golden = (GOLDEN / f"{name}.xml").read_bytes()
        assert document.decode() == golden.decode()
        assert len(document) == length
        assert hashlib.sha256(document).hexdigest() == sha256
        assert etree.fromstring(document).tag == "{http://www.linphone.org/xsds/lpconfig.xsd}config"

    def test_anonymous_with_entries_and_directory(self):
        document = build(replace(SPACE, carddav_servers=(TEAM,)), None, contacts_url=VCARDS)

        self.check(document, "anonymous", 1094, "fea3e2d136676d510c9ca25f94ef4b006e781ca7e95a4a3f35a52575ccbbe0a5")

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

        self.check(document, "plain_space", 1160, "716fbc5d28b869ce5474aa8fb2211b47398b8418e1cc6eb947ad233463ef8cd1")

    def test_classic_layout(self):
        space = replace(SPACE, realm="example-realm", custom_provisioning_overwrite_all=True, carddav_servers=(TEAM,))
        alice = replace(ALICE, passwords=(password("alice", "example-realm", "wonderland"),))

        document = build(space, alice, contacts_url=VCARDS, classic=True)

        self.check(
            document,
            "classic_layout",
            1240,
            "5dce701ad401aa05d7d08d40843ccf4e7c172c547b680935b5e765c02af4501e",
        )

    def test_escaping_without_password(self):
        carol = AccountFacts(id=4, username="carol", domain="plain.example.org", display_name='Carol "CC" & Co <é>')

        document = build(PLAIN, carol, contacts_url=PLAIN_VCARDS)

        self.check(document, "escaping", 903, "5a59804528ee428aac9d2576612103e2f732dabdcc611c0ce816f0ce565bf0d7")
