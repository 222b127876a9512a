"""The threat model names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs/security.md").read_text("utf-8"))))


def test_there_are_guards() -> None:
    assert len(NAMED) > 40


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda value: value)
def test_the_guard_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))

    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_the_numbers_are_those_of_the_code() -> None:
    from flexiapi.auth import limits  # noqa: PLC0415 the document can be checked without the product

    text = (ROOT / "docs/security.md").read_text("utf-8")
    passwords = limits.PASSWORDS
    assert passwords.account_at_address is not None
    assert passwords.account is not None
    factors = limits.SECOND_FACTORS
    assert factors.account_at_address is not None
    assert factors.account is not None
    for rule, words in [
        (passwords.account_at_address, "10 in 10 minutes for an account at an address"),
        (passwords.address, "100 in 10 minutes for an address"),
        (passwords.account, "100 in an hour for an account"),
        (factors.account_at_address, "5 in 10 minutes for an account at an address"),
        (factors.address, "50 in 10 minutes for an address"),
        (factors.account, "20 in an hour for an account"),
        (limits.KEYS.address, "100 in 10 minutes for an address"),
        (limits.PROVISIONING_TOKENS.address, "30 in a minute for an address"),
        (limits.AUTH_TOKENS.address, "30 in a minute for an address"),
        (limits.NEW_AUTH_TOKENS, "60 in 10 minutes for an address"),
        (limits.REQUEST_TOKENS, "20 in 10 minutes for an address"),
        (limits.REGISTRATIONS, "10 in an hour for an address"),
    ]:
        spans = {60: "in a minute", 600: "in 10 minutes", 3600: "in an hour"}
        assert words.startswith(f"{rule.allowed} {spans[rule.seconds]}")
        assert words in text
