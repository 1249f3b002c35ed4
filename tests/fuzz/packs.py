"""Spoiled effect packs: manifests as texts and bytes, formulas that are none, and pictures that are something else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

from livecam.core.assets import asset
from livecam.core.types import Scene
from livecam.live.effects.library.locations import folder_of
from livecam.live.effects.packs.pack import load_pack
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings
from tests.fakes import grey, make_frame, make_look
from tests.fuzz.harness import check_untouched, snapshot
from tests.fuzz.mutation import ODD_WORDS, spoiled, spoiled_text

_PACKS = ("angry", "saucer", "sleepy", "sweat", "tremble")
_WORDS = (
    "time", "smile", "lid", "i", "t", "side", "0", "1e9", "-1", "1/0", "noise(time)", "slow(lid, 0)", "random(i)",
    "along(99)", "(", ")", "*", "**", "if", "else", "not", "smooth(1, 2, 2)", "exp(exp(9))", "[1]", "'a'", "lambda: 1",
)  # fmt: skip


class PackTarget:
    """A manifest with words, lines and bytes changed, or a picture damaged; what is taken is drawn in two frames."""

    def prepare(self, folder: Path) -> None:
        self._texts = {name: asset(f"effects/{name}/effect.toml").read_text(encoding="utf-8") for name in _PACKS}

    def attempt(self, random: Random, folder: Path) -> None:
        name = random.choice(_PACKS)
        pack = folder / "pack"
        shutil.copytree(asset(f"effects/{name}"), pack)
        (pack / "effect.toml").write_bytes(self._manifest(self._texts[name], random))
        if random.random() < 0.1:
            picture = random.choice(sorted(pack.rglob("*.png")))
            picture.write_bytes(spoiled(picture.read_bytes(), random))
        before = snapshot(folder)
        try:
            load_pack(pack, folder_of)
            effect = SelectableEffect(EffectSettings(style=str(pack)))
            for seconds in (0.0, random.uniform(0, 9)):
                frame = replace(make_frame(grey(160, 120)), timestamp=seconds)
                effect.draw(Scene(frame, (make_look(),)))
        finally:
            check_untouched(before, folder)

    def _manifest(self, text: str, random: Random) -> bytes:
        if random.random() < 0.5:
            return _other_formula(text, random).encode(errors="replace")
        changed = spoiled_text(text, random)
        return spoiled(changed, random) if random.random() < 0.3 else changed


def _other_formula(text: str, random: Random) -> str:
    """The text with words within its quotes, or its numbers, in place of others."""
    parts = text.split('"')
    for _ in range(random.choice((1, 1, 1, 3))):
        # Every second part stands within quotes.
        place = random.randrange(1, len(parts), 2) if random.random() < 0.8 else random.randrange(len(parts))
        words = parts[place].split(" ")
        words[random.randrange(len(words))] = random.choice(_WORDS if random.random() < 0.8 else ODD_WORDS)
        parts[place] = " ".join(words)
    return '"'.join(parts)
