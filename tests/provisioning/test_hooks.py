"""Hooks of the operator: found, loaded, reloaded, and contained when they fail."""

import importlib
import logging
import os
import runpy
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from lxml import etree

from flexiapi import hooks
from flexiapi.hooks import (
    AccountHooks,
    HookContext,
    HookError,
    HookFile,
    ProvisioningHooks,
    account_file,
    provisioning_file,
)
from flexiapi.provisioning.contents import AccountDetails, AccountFacts, PasswordFacts, SpaceFacts
from flexiapi.provisioning.document import build

EXAMPLES = Path(__file__).parents[2] / "deploy" / "config"
SPACE = SpaceFacts(id=1, domain="sip.example.org", host="voip.example.org", name="Example")
ACCOUNT = AccountFacts(
    id=7,
    username="alice",
    domain="sip.example.org",
    passwords=(PasswordFacts("SHA-256", "00"),),
    load_details=lambda: AccountDetails(dictionary={"color": "blue"}),
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def context(**query: str) -> HookContext:
    return HookContext(
        "GET", "voip.example.org", "/provisioning/me", query, {"User-Agent": "Linphone"}, "192.0.2.1", SPACE
    )


def write(path: Path, source: str, *, age: int = 0) -> None:
    """Write a file whose time of change differs for each `age`, however fast the test is."""
    path.write_text(source)
    os.utime(path, (1_700_000_000 + age, 1_700_000_000 + age))


def answer(file: HookFile) -> list[object]:
    """What the additional section hooks append to a list."""
    plugins = file.plugins()
    assert plugins is not None
    seen: list[object] = []
    ProvisioningHooks(plugins).additional_section(seen, context(), None)
    return seen


def appending(value: object) -> str:
    return f"def provisioning_additional_section_hook(config, request, account):\n    config.append({value!r})\n"


class TestContext:
    def test_is_read_only(self):
        seen = context(a="1")

        assert seen.headers["user-agent"] == "Linphone"
        assert seen.query == {"a": "1"}
        assert seen.caller is None
        assert seen.space.host == "voip.example.org"
        with pytest.raises(TypeError):
            seen.query["b"] = "2"  # type: ignore[index]
        with pytest.raises(TypeError):
            seen.headers["b"] = "2"  # type: ignore[index]
        with pytest.raises(FrozenInstanceError):
            seen.host = "other"  # type: ignore[misc]


class TestFiles:
    def test_nothing_there(self, tmp_path):
        assert hooks.provisioning(tmp_path) is None
        assert hooks.account(tmp_path) is None
        assert hooks.provisioning(tmp_path / "no" / "folder") is None

    def test_a_file_without_hooks(self, tmp_path):
        (tmp_path / "provisioning_hooks.py").write_text("x = 1\n")

        assert hooks.provisioning(tmp_path) is None

    def test_found_in_the_directory(self, tmp_path):
        (tmp_path / "provisioning_hooks.py").write_text(appending("here"))
        seen: list[object] = []

        found = hooks.provisioning(tmp_path)

        assert found is not None
        found.additional_section(seen, context(), None)
        # The other two are optional.
        found.proxy(seen, context(), ACCOUNT)
        assert seen == ["here"]

    def test_names_of_the_php_product_and_own_parameter_names(self, tmp_path):
        (tmp_path / "provisioning_hooks.py").write_text(
            "def provisioningProxyHook(proxy, r, a): proxy.append(('proxy', a))\n"
            "def provisioningAuthHook(auth, r, p): auth.append(('auth', p))\n"
            "def provisioningAdditionalSectionHook(root, r, a): root.append(('root', a))\n"
        )
        found = hooks.provisioning(tmp_path)
        assert found is not None
        seen: list[object] = []

        found.proxy(seen, context(), 1)
        found.auth(seen, context(), 2)
        found.additional_section(seen, context(), None)

        assert seen == [("proxy", 1), ("auth", 2), ("root", None)]

    def test_account_hooks(self, tmp_path):
        (tmp_path / "account_service_hooks.py").write_text(
            "def accountServiceAccountCreatedHook(request, account): account.append('created')\n"
            "def account_edited(request, account): account.append(request.host)\n"
            "def account_destroyed(request, account): account.append('destroyed')\n"
        )
        found = hooks.account(tmp_path)
        assert found is not None
        seen: list[object] = []

        found.created(context(), seen)
        found.edited(context(), seen)
        found.destroyed(context(), seen)

        assert seen == ["created", "voip.example.org", "destroyed"]

    def test_no_bytecode_is_left_behind(self, tmp_path):
        (tmp_path / "provisioning_hooks.py").write_text(appending(1))

        hooks.provisioning(tmp_path)

        assert [path.name for path in tmp_path.iterdir()] == ["provisioning_hooks.py"]

    def test_php_files_are_pointed_out(self, tmp_path, capsys, caplog):
        (tmp_path / "provisioning_hooks.php").write_text("<?php")
        caplog.set_level(logging.WARNING)

        assert hooks.warn_about_php(tmp_path) == [tmp_path / "provisioning_hooks.php"]
        assert hooks.provisioning(tmp_path) is None

        logged = capsys.readouterr().out + caplog.text
        assert logged.count("PHP hooks are not run") == 1


class TestReload:
    def test_on_change_and_not_before_a_second(self, tmp_path):
        clock = Clock()
        file = provisioning_file(tmp_path, clock)
        path = tmp_path / "provisioning_hooks.py"
        assert file.plugins() is None

        write(path, appending(1))
        assert file.plugins() is None
        clock.now += 1
        assert answer(file) == [1]

        write(path, appending(2), age=1)
        clock.now += 0.5
        assert answer(file) == [1]
        clock.now += 0.5
        assert answer(file) == [2]

        path.unlink()
        clock.now += 1
        assert file.plugins() is None

    def test_not_read_again_without_change(self, tmp_path):
        clock = Clock()
        file = provisioning_file(tmp_path, clock)
        write(
            tmp_path / "provisioning_hooks.py",
            "import time\nstamp = object()\n"
            "def provisioning_proxy_hook(section, request, account):\n    section.append(stamp)\n",
        )
        first = file.plugins()
        clock.now += 10

        assert file.plugins() is first

    @pytest.mark.parametrize("source", ["def broken(:\n", "raise RuntimeError('no')\n", "exit(1)\n", "\x00"])
    def test_a_broken_file_refuses_until_it_is_mended(self, tmp_path, source):
        clock = Clock()
        file = provisioning_file(tmp_path, clock)
        path = tmp_path / "provisioning_hooks.py"
        write(path, source)

        for _ in range(2):
            with pytest.raises(HookError, match=r"^provisioning_hooks\.py cannot be loaded$"):
                file.plugins()
            clock.now += 1

        write(path, appending("mended"), age=1)
        assert answer(file) == ["mended"]

    def test_a_folder_in_place_of_the_file(self, tmp_path):
        (tmp_path / "provisioning_hooks.py").mkdir()

        with pytest.raises(HookError):
            hooks.provisioning(tmp_path)

    def test_broken_account_hooks_are_as_good_as_none(self, tmp_path):
        (tmp_path / "account_service_hooks.py").write_text("def broken(:\n")

        assert hooks.account(tmp_path) is None


class TestFailures:
    @pytest.mark.parametrize("failure", ["1 / 0", "exit(1)"])
    def test_of_a_provisioning_hook(self, tmp_path, failure):
        (tmp_path / "provisioning_hooks.py").write_text(
            f"def provisioning_auth_hook(section, request, password):\n    {failure}\n"
        )
        found = hooks.provisioning(tmp_path)

        with pytest.raises(HookError, match=r"^provisioning_auth_hook failed$"):
            build(SPACE, ACCOUNT, contacts_url="https://x/", hooks=found, request_view=context())

    def test_an_empty_name_is_a_failure(self, tmp_path):
        (tmp_path / "provisioning_hooks.py").write_text(
            "def provisioning_additional_section_hook(root, request, account):\n    root.add_section('')\n"
        )
        found = hooks.provisioning(tmp_path)

        with pytest.raises(HookError):
            build(SPACE, None, contacts_url="https://x/", hooks=found, request_view=context())

    def test_of_an_account_hook_changes_nothing(self, tmp_path):
        (tmp_path / "account_service_hooks.py").write_text(
            "def account_created(request, account):\n    raise RuntimeError\n"
        )
        plugins = account_file(tmp_path).plugins()
        assert plugins is not None

        AccountHooks(plugins).created(context(), ACCOUNT)


class TestInstalledPackages:
    def test_entry_points_come_before_the_file(self, tmp_path, monkeypatch):
        package = tmp_path / "packages"
        metadata = package / "example-1.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: example\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text("[flexiapi.hooks]\nexample = flexiapi_hooks_example\n")
        (package / "flexiapi_hooks_example.py").write_text(appending("package"))
        monkeypatch.syspath_prepend(str(package))
        importlib.invalidate_caches()
        hooks._installed.cache_clear()
        write(tmp_path / "provisioning_hooks.py", appending("file"))

        try:
            assert answer(provisioning_file(tmp_path)) == ["package", "file"]
            assert account_file(tmp_path).plugins() is None
        finally:
            hooks._installed.cache_clear()


class TestExamples:
    def test_provisioning(self, tmp_path):
        (tmp_path / "provisioning_hooks.py").write_bytes((EXAMPLES / "provisioning_hooks.py.example").read_bytes())
        found = hooks.provisioning(tmp_path)

        document = build(SPACE, ACCOUNT, contacts_url="https://x/", hooks=found, request_view=context(transport="tls"))
        anonymous = build(SPACE, None, contacts_url="https://x/", hooks=found, request_view=context())

        entries = {entry.get("name"): entry.text for entry in etree.fromstring(document).iter("{*}entry")}
        assert entries["reg_proxy"] == "<sip:sip.example.org;transport=tls>"
        assert entries["userid"] == "alice"
        assert entries["color"] == "blue"
        assert anonymous == build(SPACE, None, contacts_url="https://x/")

    def test_account(self, tmp_path, caplog):
        (tmp_path / "account_service_hooks.py").write_bytes(
            (EXAMPLES / "account_service_hooks.py.example").read_bytes()
        )
        caplog.set_level(logging.INFO, logger="account_service_hooks")
        found = hooks.account(tmp_path)
        assert found is not None

        found.created(context(), ACCOUNT)
        found.edited(context(), ACCOUNT)
        found.destroyed(context(), ACCOUNT)

        lines = [record.getMessage() for record in caplog.records if record.name == "account_service_hooks"]
        assert lines == ["account 7 created", "account 7 edited", "account 7 destroyed"]

    @pytest.mark.parametrize("name", ["provisioning_hooks.py.example", "account_service_hooks.py.example"])
    def test_run_as_they_are(self, name):
        assert runpy.run_path(str(EXAMPLES / name))
