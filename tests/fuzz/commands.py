"""Command lines of livecam and livecam-label that nobody should have typed."""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from labeler.cli import main as labeler
from livecam.cli.main import main as livecam
from livecam.core.assets import asset
from livecam.core.errors import LivecamError
from tests.fuzz.documents import fill_store
from tests.fuzz.harness import BrokenPromiseError, check_untouched, snapshot
from tests.fuzz.media import film
from tests.fuzz.mutation import ODD_WORDS, spoiled

_FILES = (
    "face.png",
    "clip.mp4",
    "broken.png",
    "broken.mp4",
    "livecam.toml",
    "note.txt",
    "no-such-file",
    "folder",
    "store",
)
# What follows each name: nothing, a file, a number, or one of a few words.
_RUN = {
    "--source": _FILES + ("demo", "*.png", "0", "file:clip.mp4"),
    "--face": ("dlib", "auto", "mesh"),
    "--pupil": ("cpu", "tflite", "tutorial"),
    "--max-faces": ("1", "4", "0", "17"),
    "--model": _FILES,
    "--effect": ("swirl", "saucer", "tremble", "spotlight"),
    "--strength": ("0", "1", "2", "nan"),
    "--trigger": ("always", "key", "auto"),
    "--sink": ("null", "out.mp4", "out.mkv", "face.png", "clip.mp4", "folder", "window", "no/out.mp4"),
    "--size": ("64x48", "16x16", "1x1", "64"),
    "--fps": ("30", "0", "1000", "-1"),
    "--rotate": ("0", "90", "45"),
    "--flip": ("none", "horizontal", "vertical", "both"),
    "--seconds": ("0.1", "0", "-1"),
    "--queue": ("store", "folder", "new", "face.png"),
    "--no-queue": (),
    "--no-hud": (),
    "--keep": ("face", "eyes", "frame"),
    "--config": _FILES,
    "--report": ("report.json", "folder", "face.png", "no/report.json"),
}
_LOCATE = {name: _RUN[name] for name in ("--face", "--pupil", "--max-faces", "--model", "--config")} | {
    "--json": (),
    "--out": ("folder", "new", "face.png"),
}
_FIND = {"--top": ("1", "5", "0"), "--json": (), "--model": _FILES, "--out": ("folder", "found.png", "face.png")}
_EXCHANGE = {
    "--format": ("coco", "labelme", "labelstudio", "cvat", "datumaro", "annotation", "csv"),
    "--split": ("train", "validation", "test"),
    "--images": _FILES,
    "--force": (),
}


class CommandTarget:
    """Flags that do not go together, values that cannot be, files that are something else; run in this process."""

    def prepare(self, folder: Path) -> None:
        self._files = folder / "files"
        self._files.mkdir()
        shutil.copy(asset("demo/portrait.png"), self._files / "face.png")
        film(self._files / "clip.mp4", "libx264")
        for name in ("face.png", "clip.mp4"):
            (self._files / f"broken{Path(name).suffix}").write_bytes(
                spoiled((self._files / name).read_bytes(), Random(1))
            )
        (self._files / "livecam.toml").write_text("[effect]\nstyle = 'swirl'\n")
        (self._files / "note.txt").write_text("not a picture\n")
        (self._files / "folder").mkdir()
        fill_store(self._files / "store")

    def attempt(self, random: Random, folder: Path) -> None:
        shutil.copytree(self._files, folder, dirs_exist_ok=True)
        before = snapshot(folder)
        words = self._words(random)
        is_label = words[0] in ("export", "import", "stats")
        # A command may write over what it was told to write, and into a store.
        named = {word for word in words if not word.startswith("-")}
        allowed = [name for name in before if name.startswith("store/") or name in named & set(_outputs(words))]
        try:
            self._run(words, label=is_label)
        except BrokenPromiseError as error:
            raise BrokenPromiseError(f"{words}: {error}") from error
        finally:
            check_untouched(before, folder, allowed=allowed)

    def _run(self, words: Sequence[str], *, label: bool) -> None:
        try:
            if label:
                sys.argv = ["livecam-label", *words]
                labeler()
            else:
                livecam(list(words))
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
            if code not in (0, 1, 2):
                raise BrokenPromiseError(f"exit code {code}") from ended
            if code:
                raise LivecamError("refused") from ended
        finally:
            sys.stdout.flush()

    def _words(self, random: Random) -> list[str]:
        return random.choice(_LINES)(random)


def _run_line(random: Random) -> list[str]:
    # An input that is fine would be shown for ever, and in a window.
    words = ["run", *_flags(_RUN, random), "--frames", random.choice(("1", "3", "0"))]
    return words if "--sink" in words else [*words, "--sink", "null"]


def _locate_line(random: Random) -> list[str]:
    return ["locate", *_some(_FILES, random), *_flags(_LOCATE, random)]


def _find_line(random: Random) -> list[str]:
    return ["find", *_some(_FILES[2:], random), *_flags(_FIND, random)]


def _config_line(random: Random) -> list[str]:
    return ["config", *_some((*_FILES, "--write", "--force", "new.toml"), random)]


def _queue_line(random: Random) -> list[str]:
    return ["queue", *_some(("stats", "list", "verify", "--queue", *_FILES), random)]


def _label_line(random: Random) -> list[str]:
    command = random.choice(("export", "import", "stats"))
    flags = _EXCHANGE if command != "stats" else {"--json": ()}
    return [command, *_some((*_FILES, "out"), random), *_flags(flags, random)]


def _any_line(random: Random) -> list[str]:
    return [random.choice(ODD_WORDS) or "x" for _ in range(random.randint(1, 4))]


_LINES = (
    _run_line,
    _run_line,
    _locate_line,
    _locate_line,
    _find_line,
    _config_line,
    _queue_line,
    _label_line,
    _any_line,
)


def _flags(known: dict[str, tuple[str, ...]], random: Random) -> list[str]:
    words = []
    for name in random.sample(sorted(known), min(len(known), random.randint(0, 5))):
        values = known[name]
        words += [name] if not values else [name, random.choice(values if random.random() < 0.8 else ODD_WORDS)]
    return words


def _some(words: Sequence[str], random: Random) -> list[str]:
    chosen = random.sample(words, random.randint(1, 2))
    return [word if random.random() < 0.9 else random.choice(ODD_WORDS) for word in chosen]


def _outputs(words: Sequence[str]) -> list[str]:
    """What stands behind the names of places to write to; a `config --write --force` writes over what it names."""
    places = [after for name, after in itertools.pairwise(words) if name in ("--sink", "--report", "--out")]
    return places + (list(words) if words[0] == "config" and "--force" in words else [])
