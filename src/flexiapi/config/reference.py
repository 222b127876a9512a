"""The tables of variables in the operators' documentation, made from the declarations.

`python -m flexiapi.config.reference docs/operators/configuration.md` writes them into the page.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .kinds import NAMES, NETWORKS
from .settings import InstanceSettings
from .variables import Derived, Variable, variables

BEGIN = "<!-- variables: written by flexiapi.config.reference -->"
END = "<!-- end of variables -->"

SECTIONS: Mapping[str, str] = {
    "app_name": "Application",
    "app_allow_phone_number_username_admin_api": "Accounts",
    "app_api_key_expiration_minutes": "Validity, in minutes",
    "account_provisioning_use_x_linphone_provisioning_header": "Provisioning",
    "app_linphone_daemon_unix_path": "Flexisip, Linphone and TURN",
    "db_connection": "Database",
    "redis_client": "Redis",
    "mail_driver": "Mail and SMS",
    "trusted_proxies": "Web: proxies, limits, captcha, sessions",
    "filesystem_driver": "Uploads",
    "log_channel": "Logs",
    "app_sip_domain": "The first Space",
}
"""The first field of each section, and the section's title."""

_NOTES = {
    "app_api_key_expiration_minutes": "0 or `null` is for ever.",
    "app_sip_domain": "From instances that had one SIP domain. They describe the first Space, which is created at "
    "the first start on an empty database when `APP_SIP_DOMAIN` is set; afterwards the Space has its own values.",
}
_LISTS = (NAMES, NETWORKS)


def page(text: str) -> str:
    """The text of the page with its tables up to date.

    Raises:
        ValueError: the page lacks the marks between which the tables stand.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("The page has no place for the tables.")
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


def tables() -> str:
    """A Markdown table for each section."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    for variable in variables(InstanceSettings):
        if variable.field in SECTIONS:
            yield f"\n## {SECTIONS[variable.field]}\n"
            if variable.field in _NOTES:
                yield f"{_NOTES[variable.field]}\n"
            yield "| variable | default | meaning |\n|---|---|---|"
        yield f"| `{variable.name}` | {_default(variable)} | {_cell(_meaning(variable))} |"
    yield ""


def _meaning(variable: Variable) -> str:
    """The meaning, and what is accepted where neither name nor meaning shows it."""
    told = variable.meaning.count("`") > 2
    if variable.kind in _LISTS or (variable.kind.expected.startswith("one of") and not told):
        return f"{variable.meaning} Expected: {variable.kind.expected}."
    return variable.meaning


def _default(variable: Variable) -> str:
    default: Any = variable.default
    if isinstance(default, Derived):
        return default.described
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{_cell(str(default))}`" if default or default == 0 else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: Sequence[str]) -> None:
    """Rewrite the page whose path is given."""
    path = Path(arguments[0])
    path.write_text(page(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
