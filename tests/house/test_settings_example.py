"""The example of a settings file shows every variable, and only those that exist."""

import re

from flexiapi.config.settings import InstanceSettings
from flexiapi.config.variables import values, variables


def test_shows_every_variable_once(checkout):
    shown = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (checkout / "deploy/flexiapi.env.example").read_text(), re.MULTILINE)

    assert sorted(shown) == sorted(variable.name for variable in variables(InstanceSettings))


def test_is_valid(checkout):
    lines = (checkout / "deploy/flexiapi.env.example").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if re.match(r"[A-Z]", line))
    texts = {name: value for name, _, value in pairs}
    commented = (re.fullmatch(r"#([A-Z][A-Z0-9_]+)=(.+)", line) for line in lines)
    texts |= {match[1]: match[2] for match in commented if match}

    read = values(InstanceSettings, {**texts, "APP_ENV": "testing"})

    assert read["app_provisioning_token_expiration_minutes"] == 7 * 24 * 60
    assert len(read["trusted_proxies"]) == 2
