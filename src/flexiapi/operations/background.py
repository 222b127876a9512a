"""The background worker as a child of the web server: started with it, started again when it dies, ended with it."""

import os
import subprocess
import sys
import time
from contextlib import suppress

_PAUSE_SECONDS = 5.0
_GRACE_SECONDS = 10


class Background:
    """One `flexiapi worker` process. `environment` is the `--env` of the command line."""

    def __init__(self, environment: str | None) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def keep_running(self) -> None:
        """Start the process if there is none; one that keeps dying is started every five seconds at most."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._started and time.monotonic() - self._started < _PAUSE_SECONDS:
            return
        self._started = time.monotonic()
        words = [sys.executable, "-m", "flexiapi", "worker", "--parent", str(os.getpid())]
        if self._environment:
            words += ["--env", self._environment]
        # A session of its own: Ctrl-C reaches the server alone, which ends its worker in good order.
        self._process = subprocess.Popen(  # noqa: S603 our own executable
            words, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def stop(self) -> None:
        """End the process; it is killed when it does not end within ten seconds."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            process.wait(timeout=_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
