"""An imitation of Flexisip 2.7's HTTP client: HTTP/2 over TLS, its headers, its unencoded paths."""

import json
import socket
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import h2.config
import h2.connection
import h2.events

from tests.live.replies import Reply

_TIMEOUT_SECONDS = 30


class Flexisip:
    """One connection, as Flexisip keeps it: `h2` offered and spoken whatever the server selects, no check of
    the certificate, the same headers on every request.

    `authority` is what it was configured with (`host` for port 443, else `host:port`).
    """

    def __init__(self, port: int, *, authority: str, key: str | None = None) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        plain = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_SECONDS)
        self._socket = context.wrap_socket(plain, server_hostname=authority.partition(":")[0])
        self.alpn = self._socket.selected_alpn_protocol()
        self._authority = authority
        self._key = key
        self._replies: dict[int, Reply] = {}
        self.going_away = False
        # The paths are sent as they are: `h2` would refuse or change some of their bytes.
        config = h2.config.H2Configuration(
            client_side=True,
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self._connection = h2.connection.H2Connection(config)
        self._connection.initiate_connection()
        self._flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def get(self, path: str) -> Reply:
        """GET, with a content type and length all the same."""
        return self.send("GET", path)

    def post(self, path: str, body: Any = None) -> Reply:
        """POST."""
        return self.send("POST", path, body)

    def patch(self, path: str, body: Any) -> Reply:
        """PATCH."""
        return self.send("PATCH", path, body)

    def upload(self, path: str, body: bytes, content_type: str) -> Reply:
        """POST a file, as the voicemail server does."""
        return self.together([("POST", path, body)], content_type=content_type)[0]

    def send(self, method: str, path: str, body: Any = None, more: Sequence[tuple[str, str]] = ()) -> Reply:
        """Send one request and wait for its reply."""
        return self.together([(method, path, body)], more)[0]

    def together(
        self,
        requests: Sequence[tuple[str, str, Any]],
        more: Sequence[tuple[str, str]] = (),
        content_type: str = "application/json",
    ) -> list[Reply]:
        """Send requests at once, as streams of the one connection, and wait for all replies."""
        streams = [self._start(method, path, body, content_type, more) for method, path, body in requests]
        self._flush()
        while not all(self._replies[stream].complete for stream in streams):
            self._read()
        return [self._replies.pop(stream) for stream in streams]

    def _start(self, method: str, path: str, body: Any, content_type: str, more: Sequence[tuple[str, str]]) -> int:
        content = _written(body)
        stream = self._connection.get_next_available_stream_id()
        self._replies[stream] = Reply()
        headers = [
            (":method", method),
            (":scheme", "https"),
            (":path", path),
            (":authority", self._authority),
            ("accept", "application/json"),
            *([("x-api-key", self._key)] if self._key is not None else []),
            ("content-type", content_type),
            ("content-length", str(len(content))),
            *more,
        ]
        self._connection.send_headers(stream, headers, end_stream=not content)
        while content:
            room = min(self._connection.local_flow_control_window(stream), self._connection.max_outbound_frame_size)
            self._connection.send_data(stream, content[:room], end_stream=room >= len(content))
            content = content[room:]
            self._flush()
            if content and not self._connection.local_flow_control_window(stream):
                self._read()
        return stream

    def _flush(self) -> None:
        self._socket.sendall(self._connection.data_to_send())

    def _read(self) -> None:
        data = self._socket.recv(65536)
        assert data, "the server closed the connection"
        for event in self._connection.receive_data(data):
            reply = self._replies.get(getattr(event, "stream_id", None) or 0)
            if isinstance(event, h2.events.ResponseReceived) and reply is not None:
                reply.headers = [(_text(name), _text(value)) for name, value in event.headers]
                reply.status = int(reply.lines(":status")[0])
            elif isinstance(event, h2.events.DataReceived) and reply is not None:
                reply.body += event.data
                self._connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded) and reply is not None:
                reply.complete = True
            elif isinstance(event, h2.events.StreamReset):
                raise AssertionError(f"stream reset with error {event.error_code}")
            elif isinstance(event, h2.events.ConnectionTerminated):
                self.going_away = True
        self._flush()


def _written(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()
