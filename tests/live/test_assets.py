"""Static files that are served from elsewhere (`ASSET_URL`)."""

import re
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests import factories
from tests.live.server import serving

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]


def test_pages_load_them_from_there_and_the_product_still_has_them(tmp_path: Path) -> None:
    space = factories.a_space()
    with serving(tmp_path, environment={"ASSET_URL": "https://cdn.example.net/sip/"}) as server:

        def get(path: str) -> tuple[int, str | None, str]:
            connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
            connection.request("GET", path, headers={"Host": space.host})
            reply = connection.getresponse()
            content = reply.read().decode(errors="replace")
            connection.close()
            return reply.status, reply.getheader("Content-Security-Policy"), content

        status, policy, page = get("/login")
        docs = get("/api/docs")
        loaded = re.findall(r'(?:href|src)="(https://cdn[^"]+)"', page)
        served = {get(f"/static/{url.partition('/static/')[2]}")[0] for url in loaded}

    assert status == 200
    assert any(re.fullmatch(r"https://cdn\.example\.net/sip/static/portal/style\.\w+\.css", url) for url in loaded)
    assert served == {200}
    assert 'src="/static/' not in page
    for found in (policy, docs[1]):
        assert found is not None
        assert all(f"{name} 'self' https://cdn.example.net" in found for name in ("script-src", "style-src", "img-src"))
        assert "connect-src 'self';" in found
