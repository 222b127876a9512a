"""QR codes as decoders see them."""

import io
import re

import pytest
import zxingcpp
from lxml import etree
from PIL import Image, ImageDraw

from flexiapi.provisioning import qr

URL = "https://voip.example.org/provisioning/eG3AFOiHsZtUG?reset_password=1"


def decoded(image: Image.Image) -> "zxingcpp.Barcode":
    (found,) = zxingcpp.read_barcodes(image)
    return found


class TestPng:
    @pytest.mark.parametrize("text", ["a", URL, "https://voip.example.org/provisioning/é漢", "https://x/" + "y" * 490])
    def test_decodes(self, text):
        image = Image.open(io.BytesIO(qr.png(text)))

        assert image.size == (320, 320)
        assert image.mode == "L"
        assert sorted(image.getcolors(), key=lambda pair: pair[1])[0][1] == 0
        assert {colour for _, colour in image.getcolors()} == {0, 255}
        found = decoded(image)
        assert found.text == text
        assert found.ec_level == "H"

    @pytest.mark.parametrize(("text", "margins"), [("x" * 60, (25, 25, 25, 25)), ("x" * 50, (16, 16, 17, 17))])
    def test_whole_pixels_and_even_margins(self, text, margins):
        image = Image.open(io.BytesIO(qr.png(text)))

        left, top, right, bottom = image.point(lambda value: 255 - value).getbbox()

        assert (left, top, 320 - right, 320 - bottom) == margins

    def test_too_long(self):
        with pytest.raises(ValueError, match=r"."):
            qr.png("x" * 3000)


class TestSvg:
    def test_decodes_and_has_a_name(self):
        root = etree.fromstring(qr.svg(URL, label='Your "code" & more'))

        assert root.get("role") == "img"
        assert root.get("aria-label") == 'Your "code" & more'
        side = int(root.get("viewBox").split()[2])
        image = Image.new("L", (side * 4, side * 4), 255)
        pen = ImageDraw.Draw(image)
        paths = root.findall("{http://www.w3.org/2000/svg}path")
        assert [path.get("fill") for path in paths] == ["#fff", "#000"]
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", paths[1].get("d")):
            left, top = int(x) * 4, int(y) * 4
            pen.rectangle((left, top, left + int(width) * 4 - 1, top + 3), fill=0)
        assert decoded(image).text == URL


class TestTerminal:
    def test_decodes(self):
        lines = qr.terminal(URL).splitlines()

        image = Image.new("L", (len(lines[0]) * 4, len(lines) * 8), 255)
        pen = ImageDraw.Draw(image)
        halves = {" ": (0, 1), "▀": (1,), "▄": (0,), "█": ()}
        for y, line in enumerate(lines):
            for x, character in enumerate(line):
                for half in halves[character]:
                    top = y * 8 + half * 4
                    pen.rectangle((x * 4, top, x * 4 + 3, top + 3), fill=0)
        assert decoded(image).text == URL
