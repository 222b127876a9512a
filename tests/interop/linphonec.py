"""Debian's linphonec, driven over its prompt in a home folder of its own."""

import configparser
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import requirements
from tests.live.processes import wait_until

Entries = Mapping[str, Mapping[str, str | int]]

# Random ports for UDP and TCP; 0 would switch a transport off.
_SIP: Mapping[str, str | int] = {"use_ipv6": 0, "sip_port": -1, "sip_tcp_port": -1, "sip_tls_port": 0}


class Linphone:
    """A running linphonec; its configuration file is complete once it has ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "rc"
        self._out = folder / "out"
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, entries: Entries) -> None:
        """Write its configuration file."""
        parser = configparser.RawConfigParser()
        parser.read_dict({"sip": _SIP, **entries})
        # The core does nothing at all without this folder.
        (self.folder / ".local/share/linphone").mkdir(parents=True, exist_ok=True)
        with self.file.open("w") as file:
            parser.write(file, space_around_delimiters=False)

    @property
    def configuration(self) -> dict[str, dict[str, str]]:
        """What its configuration file says."""
        parser = configparser.RawConfigParser(strict=False, delimiters=("=",))
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(self.file)
        return {section: dict(parser[section]) for section in parser.sections()}

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return self._out.read_text(errors="replace")

    @property
    def log(self) -> str:
        """Its log so far."""
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it until the block ends."""
        command = [requirements.program("linphonec"), "-S", "-c", str(self.file), "-d", "6", "-l"]
        with self._out.open("wb") as out:
            self._process = subprocess.Popen(
                [*command, str(self.folder / "log")],
                cwd=self.folder,
                env={**os.environ, "HOME": str(self.folder)},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            yield
        finally:
            with suppress(OSError):
                self.say("quit")
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def say(self, words: str) -> None:
        """Type a command."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n".encode())
        self._process.stdin.flush()

    def wait_for_log(self, text: str, seconds: float = 20) -> None:
        """Wait for a text in its log."""
        try:
            wait_until(lambda: text in self.log, f"linphonec: {text}", seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output}\n{self.log[-3000:]}") from None

    def wait_for_output(self, text: str, question: str, seconds: float = 20) -> None:
        """Type a question until its answer holds a text."""

        def answered() -> bool:
            self.say(question)
            return text in self.output

        wait_until(answered, f"linphonec: {text}", seconds=seconds)
