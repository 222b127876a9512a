"""An imitation of the Linphone SDK's HTTP client: HTTP/1.1, one kept connection, Digest on request only."""

import http.client
import json
from types import TracebackType
from typing import Any, Self

from flexiapi.accounts.models import Account
from tests.api import Api, DigestClient, parameters
from tests.live.replies import Reply

_TIMEOUT_SECONDS = 30


class Phone:
    """A connection to a server on the loopback address, for the host of a Space."""

    def __init__(self, port: int, host: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        self._host = host

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Send a request; `path` goes out as it is written."""
        content = None if body is None else json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
        self._connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        sent = {"User-Agent": "Linphone/5.5.0", "Host": self._host, "Accept": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if content is not None:
            sent |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        for name, value in sent.items():
            self._connection.putheader(name, value)
        self._connection.endheaders(content)
        answer = self._connection.getresponse()
        lines = [(name.lower(), value) for name, value in answer.getheaders()]
        return Reply(answer.status, lines, answer.read(), complete=True)

    def get(self, path: str, **headers: str) -> Reply:
        """GET."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        """POST."""
        return self.send("POST", path, body, **headers)

    def digest(
        self, method: str, path: str, account: Account, password: str, body: Any = None, **headers: str
    ) -> Reply:
        """Both rounds of a request; the first challenge line is the one that is answered."""
        client = DigestClient(Api(), account, password)
        first = self.send(method, path, body, From=client.sender, **headers)
        assert first.status == 401, (first.status, first.body)
        authorization = client.authorization(method, path, parameters(first.lines("WWW-Authenticate")[0]))
        return self.send(method, path, body, From=client.sender, Authorization=authorization, **headers)
