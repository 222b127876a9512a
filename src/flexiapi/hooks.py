"""Hooks: functions of the operator that the server calls while it works.

They come from two files of the configuration directory, `provisioning_hooks.py` and
`account_service_hooks.py`, and from installed packages (entry point group `flexiapi.hooks`). All are plain
functions at module level, called with positional arguments; what they return is ignored. A file is read
again when it changes. `docs/wire/provisioning.md` says what provisioning hooks receive and may do.
"""

import importlib.metadata
import threading
import time
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import pluggy
import structlog
from django.utils.datastructures import CaseInsensitiveMapping

log = structlog.get_logger(__name__)

ENTRY_POINTS = "flexiapi.hooks"

CHECK_INTERVAL = 1.0
"""Seconds that may pass before a changed file is noticed."""

_specification = pluggy.HookspecMarker("flexiapi")
_implementation = pluggy.HookimplMarker("flexiapi")

# A hooks file that leaves by `exit()` must not take the worker with it.
_FAILURES = (Exception, SystemExit)


class HookError(Exception):
    """Hooks could not be loaded, or a provisioning hook failed; the cause is attached and was logged."""


class HookSpace(Protocol):
    """What hooks may rely on of a Space."""

    @property
    def domain(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class HookContext:
    """The request, read-only, as hooks see it.

    `host` and `path` are those of the request, `query` holds the last value of each parameter, `headers`
    ignores case, `address` is the client's, `space` the Space of the host and `caller` the SIP identifier
    (`user@domain`) of whoever is authenticated, None without.
    """

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    address: str
    space: HookSpace
    caller: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "query", types.MappingProxyType(dict(self.query)))
        object.__setattr__(self, "headers", CaseInsensitiveMapping(dict(self.headers)))


class ProvisioningSpecification:
    """Hooks of the provisioning document. A failure refuses the request: half a document is worse."""

    @_specification
    def provisioning_proxy_hook(self, element: Any, request: HookContext, subject: Any) -> None:
        """(section, request, account): `proxy_0` has its `reg_identity`; documents of accounts only."""

    @_specification
    def provisioning_auth_hook(self, element: Any, request: HookContext, subject: Any) -> None:
        """(section, request, password): the `auth_info_N` of one password of the account is complete."""

    @_specification
    def provisioning_additional_section_hook(self, element: Any, request: HookContext, subject: Any) -> None:
        """(config, request, account or None): the document is complete, anonymous ones too."""


class AccountSpecification:
    """Hooks on accounts, called after the change is committed. A failure is logged, nothing else."""

    @_specification
    def account_created(self, request: Any, account: Any) -> None:
        """(request, account): an account was created."""

    @_specification
    def account_edited(self, request: Any, account: Any) -> None:
        """(request, account): an account or its dictionary was changed by an administrator."""

    @_specification
    def account_destroyed(self, request: Any, account: Any) -> None:
        """(request, account): an account is gone; the object still has its values."""


# The names that operators who come from the PHP product know.
PROVISIONING_ALIASES = {
    "provisioning_proxy_hook": "provisioningProxyHook",
    "provisioning_auth_hook": "provisioningAuthHook",
    "provisioning_additional_section_hook": "provisioningAdditionalSectionHook",
}
ACCOUNT_ALIASES = {
    "account_created": "accountServiceAccountCreatedHook",
    "account_edited": "accountServiceAccountEditedHook",
    "account_destroyed": "accountServiceAccountDestroyedHook",
}

Wrapper = Callable[[str, str, Callable[..., object]], Callable[..., None]]


class ProvisioningHooks:
    """The provisioning hooks that are present; each call raises HookError when a hook fails."""

    def __init__(self, plugins: pluggy.PluginManager) -> None:
        self._call = plugins.hook

    def proxy(self, section: object, request: HookContext, account: object) -> None:
        """Let hooks change the `proxy_0` section of an account."""
        self._call.provisioning_proxy_hook(element=section, request=request, subject=account)

    def auth(self, section: object, request: HookContext, password: object) -> None:
        """Let hooks change the `auth_info_N` section of one password."""
        self._call.provisioning_auth_hook(element=section, request=request, subject=password)

    def additional_section(self, config: object, request: HookContext, account: object | None) -> None:
        """Let hooks add sections to a document or change any of it."""
        self._call.provisioning_additional_section_hook(element=config, request=request, subject=account)


class AccountHooks:
    """The account hooks that are present; calls never raise."""

    def __init__(self, plugins: pluggy.PluginManager) -> None:
        self._call = plugins.hook

    def created(self, request: HookContext, account: object) -> None:
        """Tell that an account was created."""
        self._call.account_created(request=request, account=account)

    def edited(self, request: HookContext, account: object) -> None:
        """Tell that an account was edited."""
        self._call.account_edited(request=request, account=account)

    def destroyed(self, request: HookContext, account: object) -> None:
        """Tell that an account was destroyed."""
        self._call.account_destroyed(request=request, account=account)


class HookFile:
    """One hooks file with the installed hooks of the same kind.

    The file is looked at once per second at most, and loaded when it has changed. `clock` gives seconds.
    """

    def __init__(
        self,
        path: Path,
        specification: type,
        aliases: Mapping[str, str],
        wrapper: Wrapper,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._specification = specification
        self._aliases = aliases
        self._wrapper = wrapper
        self._clock = clock
        self._lock = threading.Lock()
        self._checked: float | None = None
        self._seen: tuple[int, ...] | None = None
        # One attribute, so that a thread beside the loading one sees the old or the new state, never both.
        self._loaded: pluggy.PluginManager | BaseException | None = None

    def plugins(self) -> pluggy.PluginManager | None:
        """The hooks as they are now, None without any.

        Raises:
            HookError: the file or an installed package does not load; again at each call until it changes.
        """
        if self._checked is None or self._clock() - self._checked >= CHECK_INTERVAL:
            with self._lock:
                self._refresh()
        loaded = self._loaded
        if isinstance(loaded, BaseException):
            raise HookError(f"{self._path.name} cannot be loaded") from loaded
        return loaded

    def _refresh(self) -> None:
        now = self._clock()
        first = self._checked is None
        try:
            status = self._path.stat()
            seen: tuple[int, ...] | None = (status.st_ino, status.st_size, status.st_mtime_ns)
        except (FileNotFoundError, NotADirectoryError):
            seen = None
        except OSError:
            # Present but out of reach: loading says why.
            seen = ()
        if first or seen != self._seen:
            try:
                self._loaded = self._load(present=seen is not None)
            except _FAILURES as failure:
                log.exception("hooks cannot be loaded", file=str(self._path))
                self._loaded = failure
        self._seen, self._checked = seen, now

    def _load(self, *, present: bool) -> pluggy.PluginManager | None:
        plugins = pluggy.PluginManager("flexiapi")
        plugins.add_hookspecs(self._specification)
        # The file comes first, so that it is called last and has the last word.
        sources: list[tuple[str, object]] = [(str(self._path), _module(self._path))] if present else []
        for name, source in [*sources, *_installed()]:
            found = self._functions(name, source)
            if found is not None:
                plugins.register(found, name=name)
        return plugins if plugins.get_plugins() else None

    def _functions(self, source_name: str, source: object) -> object | None:
        plugin = types.ModuleType("flexiapi_hook_functions")
        present = False
        for name, alias in self._aliases.items():
            function = getattr(source, name, None) or getattr(source, alias, None)
            if callable(function):
                setattr(plugin, name, _implementation(self._wrapper(source_name, name, function)))
                present = True
        return plugin if present else None


def _provisioning_wrapper(source: str, name: str, function: Callable[..., object]) -> Callable[..., None]:
    def call(element: object, request: HookContext, subject: object) -> None:
        try:
            function(element, request, subject)
        except _FAILURES as failure:
            log.exception("provisioning hook failed", hook=name, source=source)
            raise HookError(f"{name} failed") from failure

    return call


def _account_wrapper(source: str, name: str, function: Callable[..., object]) -> Callable[..., None]:
    def call(request: HookContext, account: object) -> None:
        try:
            function(request, account)
        except _FAILURES:
            log.exception("account hook failed", hook=name, source=source)

    return call


def provisioning_file(config_dir: Path, clock: Callable[[], float] = time.monotonic) -> HookFile:
    """The provisioning hooks of a configuration directory, not yet loaded."""
    path = config_dir / "provisioning_hooks.py"
    return HookFile(path, ProvisioningSpecification, PROVISIONING_ALIASES, _provisioning_wrapper, clock)


def account_file(config_dir: Path, clock: Callable[[], float] = time.monotonic) -> HookFile:
    """The account hooks of a configuration directory, not yet loaded."""
    path = config_dir / "account_service_hooks.py"
    return HookFile(path, AccountSpecification, ACCOUNT_ALIASES, _account_wrapper, clock)


def provisioning(config_dir: Path) -> ProvisioningHooks | None:
    """The provisioning hooks, None without any; call it before anything is consumed.

    Raises:
        HookError: they cannot be loaded.
    """
    plugins = _files(config_dir).provisioning.plugins()
    return None if plugins is None else ProvisioningHooks(plugins)


def account(config_dir: Path) -> AccountHooks | None:
    """The account hooks, None without any or when they cannot be loaded, which is logged."""
    try:
        plugins = _files(config_dir).account.plugins()
    except HookError:
        return None
    return None if plugins is None else AccountHooks(plugins)


@cache
def warn_about_php(config_dir: Path) -> list[Path]:
    """Log and return, once, the PHP hook files of a directory: they are never run and need to be rewritten."""
    found = sorted(config_dir.glob("*_hooks.php"))
    for path in found:
        log.warning("PHP hooks are not run: rewrite them in Python", file=str(path))
    return found


@dataclass(frozen=True)
class _Files:
    provisioning: HookFile
    account: HookFile


@cache
def _files(config_dir: Path) -> _Files:
    warn_about_php(config_dir)
    return _Files(provisioning_file(config_dir), account_file(config_dir))


@cache
def _installed() -> list[tuple[str, object]]:
    points = importlib.metadata.entry_points(group=ENTRY_POINTS)
    return [(f"{point.name} ({point.value})", point.load()) for point in points]


def _module(path: Path) -> types.ModuleType:
    """Run a file as a module of its own; compiled here, as cached bytecode could be of an older version."""
    module = types.ModuleType(f"flexiapi_{path.stem}")
    module.__file__ = str(path)
    code = compile(path.read_bytes(), str(path), "exec")
    # The operator's own code, put there to be run.
    exec(code, module.__dict__)  # noqa: S102
    return module
