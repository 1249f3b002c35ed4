"""Makes hud.png and hud.json, the letters of the window's panels, from a TrueType font: make_font.py FONT.ttf.

The letters that ship are DejaVu Sans 2.37 (Bitstream Vera and Arev licences: free to use, change and pass on).
Needs Pillow, which livecam itself does not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = 40  # pixels an em; drawn smaller on the screen, so that edges are averaged
CHARACTERS = "".join(map(chr, range(32, 127))) + "·–°…●→←↑↓"


def main(font_file: str) -> None:
    font = ImageFont.truetype(font_file, SIZE)
    ascent, descent = font.getmetrics()
    advances = [round(font.getlength(character)) for character in CHARACTERS]
    sheet = Image.new("L", (sum(advances), ascent + descent))
    left = 0
    for character, advance in zip(CHARACTERS, advances, strict=True):
        cell = Image.new("L", (advance, sheet.height))
        ImageDraw.Draw(cell).text((0, 0), character, fill=255, font=font)
        sheet.paste(cell, (left, 0))
        left += advance
    here = Path(__file__).parent
    sheet.save(here / "hud.png", optimize=True)
    table = {"characters": CHARACTERS, "advances": advances}
    (here / "hud.json").write_text(json.dumps(table, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
