"""Who is calling and what that lets them see: plain data that every read starts from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from flexiapi.hooks import HookContext
from flexiapi.spaces.models import Space

Method = Literal["key", "digest", "bearer", "certificate", "session", "console"]


@dataclass(frozen=True, slots=True)
class Caller:
    """The account behind a request."""

    account_id: int
    username: str
    domain: str
    admin: bool
    super_admin: bool
    blocked: bool
    method: Method

    @property
    def identifier(self) -> str:
        """`username@domain`."""
        return f"{self.username}@{self.domain}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from, as it is stored beside what it creates (both cut to their columns).

    `view` makes what hooks may see of the request; None outside of requests.
    """

    ip: str
    user_agent: str | None
    view: Callable[[], HookContext] | None = field(default=None, compare=False, repr=False)

    def columns(self) -> dict[str, str | None]:
        """The two columns of tokens and codes."""
        return {"ip": self.ip, "user_agent": self.user_agent}


@dataclass(frozen=True, slots=True)
class Scope:
    """The Space of the request's host and the caller, if any.

    `reach` holds the SIP domains of what may be addressed by id: the host's Space, or everything (None) for
    a super administrator. Lists without an id stay on the host's Space: `listed_domain`.
    """

    space: Space
    caller: Caller | None = None

    @property
    def reach(self) -> frozenset[str] | None:
        """The domains of what may be addressed; None is every Space."""
        if self.caller is not None and self.caller.super_admin:
            return None
        return frozenset((self.space.domain,))

    @property
    def listed_domain(self) -> str:
        """The domain that lists show."""
        return self.space.domain

    @property
    def super_admin(self) -> bool:
        """Whether the caller is a super administrator."""
        return self.caller is not None and self.caller.super_admin

    def reaches(self, domain: str) -> bool:
        """Whether something of this domain may be addressed."""
        reach = self.reach
        return reach is None or domain in reach

    def administers(self, domain: str) -> bool:
        """Whether the caller administers the accounts of a domain."""
        caller = self.caller
        return caller is not None and caller.admin and (caller.super_admin or caller.domain == domain)
