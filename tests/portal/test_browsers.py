"""How browsers are called that people are logged in with."""

import pytest

from flexiapi.portal import browsers

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "name", "icon"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Firefox on Windows",
            "computer-desktop",
        ),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Linux", "computer-desktop"),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
            "device-phone-mobile",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
            "computer-desktop",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.6 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
            "device-phone-mobile",
        ),
        ("Mozilla/5.0 Firefox/143.0", "Firefox", "computer-desktop"),
        ("curl/8.14.1", "curl/8.14.1", "computer-desktop"),
        ("LinphoneAndroid/5.2.3 (Chrome)", "LinphoneAndroid/5.2.3 (Chrome)", "device-phone-mobile"),
        ("", "Unknown browser", "computer-desktop"),
    ],
)
def test_names(header: str, name: str, icon: str) -> None:
    assert (browsers.named(header), browsers.icon(header)) == (name, icon)
