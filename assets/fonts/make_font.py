"""Makes the sheets of letters that windows write with, from fonts: make_font.py LATIN.ttf [HANGUL.otf].

hud.png and hud.json are DejaVu Sans 2.37 (Bitstream Vera and Arev licences: free to use, change and pass on);
hangul.png and hangul.json are the syllables of the labeler's Korean texts in Noto Sans CJK (SIL Open Font License 1.1).
Needs Pillow, which livecam itself does not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

SIZE = 40  # pixels an em; drawn smaller on the screen, so that edges are averaged
HANGUL_SIZE = 37  # syllables fill their square, and are to look as large as the letters beside them
CHARACTERS = "".join(map(chr, range(32, 127))) + "·–°…●→←↑↓"
HERE = Path(__file__).parent
TEXTS = HERE.parents[1] / "labeler" / "texts"


def main(latin: str, hangul: str | None = None) -> None:
    font = ImageFont.truetype(latin, SIZE)
    ascent, descent = font.getmetrics()
    draw_sheet("hud", font, CHARACTERS, ascent, ascent + descent)
    if hangul is not None:
        texts = [json.loads(path.read_text(encoding="utf-8")).values() for path in TEXTS.glob("*.json")]
        used = {character for some in texts for words in some for character in words} - set(CHARACTERS)
        draw_sheet("hangul", ImageFont.truetype(hangul, HANGUL_SIZE), "".join(sorted(used)), ascent, ascent + descent)


def draw_sheet(name: str, font: ImageFont.FreeTypeFont, characters: str, baseline: int, height: int) -> None:
    """One row of letters that stand on `baseline`."""
    advances = [round(font.getlength(character)) for character in characters]
    sheet = Image.new("L", (sum(advances), height))
    left = 0
    for character, advance in zip(characters, advances, strict=True):
        cell = Image.new("L", (advance, height))
        ImageDraw.Draw(cell).text((0, baseline), character, fill=255, font=font, anchor="ls")
        sheet.paste(cell, (left, 0))
        left += advance
    sheet.save(HERE / f"{name}.png", optimize=True)
    table = {"characters": characters, "advances": advances}
    (HERE / f"{name}.json").write_text(json.dumps(table, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
