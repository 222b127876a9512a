"""The portal as browsers reach it: over TLS that nginx ends, with the `Origin` that they send with every form."""

import http.client
import ssl
from pathlib import Path
from urllib.parse import urlencode

import pytest
from lxml import html

from flexiapi.config import instance
from tests import factories
from tests.live import nginx, server

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]


def test_somebody_logs_in(tmp_path: Path) -> None:
    space = factories.a_space()
    factories.an_account(space, "alice", password="s3cret")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    certificate = server.a_certificate(tmp_path)

    with (
        server.serving(tmp_path, environment={"TRUSTED_PROXIES": "127.0.0.1"}) as behind,
        nginx.in_front_of(behind, tmp_path, certificate) as port,
    ):
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
        connection.request("GET", "/login", headers={"Host": space.host})
        page = connection.getresponse()
        (token,) = set(html.fromstring(page.read()).xpath("//input[@name='_token']/@value"))
        given = page.getheader("Set-Cookie") or ""
        statuses, places, cookies = [], [], []
        for origin in (f"https://{space.host}", f"https://evil.{space.host}", f"http://{space.host}"):
            headers = {
                "Host": space.host,
                "Origin": origin,
                "Cookie": given.partition(";")[0],
                "Content-Type": "application/x-www-form-urlencoded",
            }
            form = urlencode({"_token": token, "username": "alice", "password": "s3cret"})
            connection.request("POST", "/authenticate", form, headers)
            reply = connection.getresponse()
            reply.read()
            statuses.append(reply.status)
            places.append(reply.getheader("Location"))
            cookies.append(reply.headers.get_all("Set-Cookie") or [])
        connection.close()

    assert (page.status, statuses, places[0]) == (200, [302, 419, 419], "/")
    assert "; Secure" in given
    (session,) = [cookie for cookie in cookies[0] if cookie.startswith(instance.current().session_cookie)]
    assert "; Secure" in session
    assert "; HttpOnly" in session
