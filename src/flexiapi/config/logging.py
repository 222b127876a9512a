"""Logging: one stream by LOG_CHANNEL, and two that are always kept, `events` and `database_errors`.

A line is `[2026-01-31 12:00:00] production.INFO: message {"context": "in JSON"}`, in UTC. Values under names
that stand for secrets are masked, whoever logs them.
"""

import logging
import logging.handlers
import os
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from flexiapi.http import request_ids

from .errors import ConfigurationError
from .settings import InstanceSettings

MASK: Final = "***"

_EVENTS = "flexiapi.events"
_DATABASE_ERRORS = "flexiapi.database_errors"
_STREAMS_KEPT = 30
_DAYS_KEPT = 14
_SYSLOG_SOCKET = "/dev/log"
_SILENT = logging.CRITICAL + 1
_FILE_MODE = 0o640
_DIRECTORY_MODE = 0o750
_MAX_TEXT = 8192
_MAX_DEPTH = 6

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_SECRET_WORDS = frozenset(
    {"password", "passwords", "passwd", "secret", "secrets", "token", "tokens", "key", "keys", "apikey", "code"}
    | {"codes", "pin", "otp", "ha1", "hash", "authorization", "cookie", "credential", "credentials", "opaque"}
    | {"nonce", "message", "text", "body"}
)
_PLAIN_NAMES = frozenset({"status_code", "country_code", "error_code", "exit_code", "token_id", "code_id", "key_id"})


class EventStream:
    """A log that is kept apart from the others; `record` costs next to nothing while nobody listens."""

    def __init__(self, name: str, level: int) -> None:
        self._name = name
        self._level = level
        self._plain = logging.getLogger(name)

    def record(self, message: str, /, **context: Any) -> None:
        """Add a line: a fixed sentence, and what it is about as named values (ids, never secrets)."""
        if self._plain.isEnabledFor(self._level):
            structlog.stdlib.get_logger(self._name).log(self._level, message, **context)


_event_stream = EventStream(_EVENTS, logging.INFO)
_database_stream = EventStream(_DATABASE_ERRORS, logging.ERROR)


def event_log() -> EventStream:
    """What happened to accounts and Spaces, for operators."""
    return _event_stream


def database_error_log() -> EventStream:
    """Failures to store what clients report, such as statistics."""
    return _database_stream


class DailyFile(logging.Handler):
    """One file a day, `<stem>-YYYY-MM-DD.log`, the newest `kept` of them.

    Lines are appended by one write each, so several processes share the files.
    """

    def __init__(self, directory: Path, stem: str, kept: int) -> None:
        super().__init__()
        self._directory = directory
        self._stem = stem
        self._kept = kept
        self._day = ""
        self._descriptor = -1

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record) + "\n"
            self._open(datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d"))
            os.write(self._descriptor, line.encode("utf-8", "backslashreplace"))
        except (OSError, ValueError, TypeError):
            self.handleError(record)

    def close(self) -> None:
        with self.lock or threading.RLock():
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
                self._day = ""
        super().close()

    def _open(self, day: str) -> None:
        if day == self._day:
            return
        opened = _append(self._directory / f"{self._stem}-{day}.log")
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._day = opened, day
        days = sorted(self._directory.glob(f"{self._stem}-????-??-??.log"), reverse=True)
        for old in days[self._kept :]:
            old.unlink(missing_ok=True)


def setup(settings: InstanceSettings) -> None:
    """Send the logs of this process where the settings say. May be called again: the last call counts.

    In the environment `testing` no file is written and nothing is printed.

    Raises:
        ConfigurationError: the log directory or the system's log cannot be written.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    try:
        root = _channel(settings)
        _attach(logging.getLogger(), root, level=getattr(logging, settings.log_level.upper()))
        # Refusals are the clients' affair, and their paths hold tokens; failures of ours stay.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        shared = settings.log_channel in ("stderr", "syslog")
        for name, level in ((_EVENTS, logging.INFO), (_DATABASE_ERRORS, logging.ERROR)):
            logger = logging.getLogger(name)
            if settings.app_env == "testing":
                _attach(logger, None, level=_SILENT)
                continue
            kept = DailyFile(_directory(settings), name.rpartition(".")[2], _STREAMS_KEPT)
            kept.setFormatter(_formatter(settings.app_env))
            _attach(logger, kept, level=level)
            logger.propagate = shared
    except OSError as error:
        raise ConfigurationError(f"LOG_CHANNEL: {error.filename or _SYSLOG_SOCKET}: {error.strerror}.") from error


def _attach(logger: logging.Logger, handler: logging.Handler | None, *, level: int) -> None:
    """Replace the handler that an earlier set-up gave to the logger; those of others stay (of a test)."""
    for old in [known for known in logger.handlers if getattr(known, "of_flexiapi", False)]:
        logger.removeHandler(old)
        old.close()
    if handler is not None:
        handler.of_flexiapi = True  # type: ignore[attr-defined]
        logger.addHandler(handler)
    logger.setLevel(level)


def _channel(settings: InstanceSettings) -> logging.Handler:
    channel = "null" if settings.app_env == "testing" else settings.log_channel
    handler: logging.Handler
    if channel == "null":
        return logging.NullHandler()
    if channel == "stderr":
        handler = logging.StreamHandler(sys.stderr)
    elif channel == "syslog":
        handler = logging.handlers.SysLogHandler(_SYSLOG_SOCKET, logging.handlers.SysLogHandler.LOG_USER)
        handler.ident = "flexiapi: "
    elif channel == "daily":
        handler = DailyFile(_directory(settings), "flexiapi", _DAYS_KEPT)
    else:
        file = _directory(settings) / "flexiapi.log"
        os.close(_append(file))
        handler = logging.handlers.WatchedFileHandler(file, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(_formatter(settings.app_env))
    return handler


def _directory(settings: InstanceSettings) -> Path:
    directory = settings.flexiapi_data_dir / "logs"
    for each in (settings.flexiapi_data_dir, directory):
        if not each.exists():
            each.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
            _leave_to_owner(each)
    return directory


def _append(file: Path) -> int:
    new = not file.exists()
    opened = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
    if new:
        _leave_to_owner(file)
    return opened


def _leave_to_owner(made: Path) -> None:
    """Give what root made (a command by cron, for one) to the owner of its directory: the service goes on with it."""
    if os.geteuid() == 0:
        owner = made.parent.stat()
        os.chown(made, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _formatter(environment: str) -> logging.Formatter:
    before: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _without_traces_of_other_formatters,
        structlog.processors.format_exc_info,
    ]

    def line(_: WrappedLogger, __: str, event: EventDict) -> str:
        return _line(environment, event)

    # Log lines keep the time of the record, which is the one that names the file.
    return structlog.stdlib.ProcessorFormatter(processors=[line], foreign_pre_chain=before)


def _without_traces_of_other_formatters(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The standard library's formatters leave these on a record; nobody can log values under these names."""
    event.pop("message", None)
    event.pop("asctime", None)
    return event


def _line(environment: str, event: EventDict) -> str:
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog", None)
    stamp = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
    level = str(event.pop("level", record.levelname)).upper()
    trace = event.pop("exception", None)
    message = _one_line(str(event.pop("event", "")))
    if "request_id" not in event and (request_id := request_ids.current()):
        event["request_id"] = request_id
    context = {name: _masked(name, value, 0) for name, value in event.items()}
    text = f"[{stamp}] {environment}.{level}: {message}"
    if context:
        text += f" {msgspec.json.encode(context).decode()}"
    return f"{text}\n{trace}" if trace else text


def _one_line(text: str) -> str:
    """Without line breaks and control characters, by which a client could forge lines."""
    shown = text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return shown if len(shown) <= _MAX_TEXT else shown[:_MAX_TEXT] + "…"


def _secret(name: str) -> bool:
    if name.lower() in _PLAIN_NAMES:
        return False
    return any(word.lower() in _SECRET_WORDS for word in _WORDS.findall(name))


def _masked(name: str, value: Any, depth: int) -> Any:
    """The value as JSON can show it; masked when its name, or one inside it, stands for a secret."""
    if value is None or isinstance(value, bool):
        return value
    if _secret(name):
        return MASK
    if isinstance(value, int | float):
        return value
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        return {str(inner): _masked(str(inner), item, depth + 1) for inner, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < _MAX_DEPTH:
        return [_masked("", item, depth + 1) for item in value]
    return _one_line(str(value))
