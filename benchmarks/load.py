"""A small closed-loop client: a few kept connections, each sending one request after the other."""

import hashlib
import itertools
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.request import parse_http_list

NONE: dict[str, str] = {}


@dataclass
class Route:
    """What to send: a path, its headers, and whether Digest answers count up on one nonce."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    digest: tuple[str, str, str] | None = None  # username, domain, HA1
    method: str = "GET"
    each: Callable[[int], tuple[str, bytes]] | None = None  # path and body of the n-th request


@dataclass(frozen=True)
class Measured:
    """The outcome: requests, seconds of the wall, and sorted latencies in seconds."""

    requests: int
    seconds: float
    latencies: list[float]

    def percentile(self, share: float) -> float:
        """A latency in milliseconds."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))] * 1000


def run(port: int, route: Route, *, host: str, requests: int, connections: int, seconds: float) -> Measured:
    """Send up to `requests` in all over some connections, for at most `seconds`.

    Raises:
        RuntimeError: an answer is not 200.
    """
    latencies: list[float] = []
    failures: list[str] = []
    lock = threading.Lock()
    end = time.monotonic() + seconds

    def work() -> None:
        client = _Connection(port, host)
        answers = _answers(client, route) if route.digest else None
        mine: list[float] = []
        for _ in range(requests // connections):
            if time.monotonic() > end or failures:
                break
            headers = {**route.headers, "Authorization": answers()} if answers else route.headers
            path, body = route.each(next(_NUMBERS)) if route.each else (route.path, b"")
            start = time.perf_counter()
            status = client.send(route.method, path, headers, body)[0]
            mine.append(time.perf_counter() - start)
            if status not in (200, 201):
                failures.append(f"{route.name}: status {status}")
        client.close()
        with lock:
            latencies.extend(mine)

    begun = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return Measured(len(latencies), time.perf_counter() - begun, sorted(latencies))


_NUMBERS = itertools.count(time.time_ns())


class _Connection:
    def __init__(self, port: int, host: str) -> None:
        self.host = host
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes, bytes]:
        return self.send("GET", path, headers, b"")

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, bytes]:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"content-length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{lines}{length}\r\n"
        self.socket.sendall(head.encode() + body)
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(head.split(b" ", 2)[1]), head, body

    def _more(self) -> None:
        received = self.socket.recv(65536)
        if not received:
            raise RuntimeError("the server closed the connection")
        self.rest += received

    def close(self) -> None:
        self.socket.close()


def _answers(client: _Connection, route: Route) -> Callable[[], str]:
    """Digest answers on one nonce, counting up; the bare function takes an invented challenge."""
    assert route.digest is not None
    username, domain, ha1 = route.digest
    status, head, _ = client.get(route.path, route.headers) if "X-Bare" not in route.headers else (200, b"", b"")
    challenge = {
        "nonce": hashlib.sha256(str(time.time_ns()).encode()).hexdigest(),
        "opaque": "0f" * 32,
        "realm": domain,
    }
    if status == 401:
        line = next(line for line in head.decode().split("\r\n") if line.lower().startswith("www-authenticate"))
        for part in parse_http_list(line.partition("Digest ")[2]):
            name, _, value = part.partition("=")
            challenge[name] = value.strip('"')
    count = 0

    def answer() -> str:
        nonlocal count
        count += 1
        second = hashlib.sha256(f"GET:{route.path}".encode()).hexdigest()
        text = f"{ha1}:{challenge['nonce']}:{count:08x}:c0ffee:auth:{second}"
        response = hashlib.sha256(text.encode()).hexdigest()
        return (
            f'Digest realm="{challenge["realm"]}", nonce="{challenge["nonce"]}", algorithm="SHA-256", '
            f'opaque="{challenge["opaque"]}", username="{username}", response="{response}", cnonce="c0ffee", '
            f'nc={count:08x}, qop=auth, uri="{route.path}"'
        )

    return answer
