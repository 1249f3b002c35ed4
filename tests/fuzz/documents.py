"""Spoiled settings, cards and models, sample stores and label files."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from labeler.exchange.export import export_store, import_labels
from labeler.formats.elements.interfaces import Format
from livecam.core.assets import asset
from livecam.core.errors import name_errors
from livecam.core.model_card import model_kind
from livecam.core.types import Frame, Point, Side
from livecam.perception.pupils.factory import open_pupils
from livecam.settings import PupilSettings, Settings
from livecam.settings_file import as_toml, load
from livecam.store.samples import LabelAction, LabelEvent
from livecam.store.store import Store
from tests.fakes import grey, make_face, make_sample
from tests.fuzz.harness import BrokenPromiseError, check_untouched, snapshot
from tests.fuzz.mutation import spoiled, spoiled_document, spoiled_text

_NOW = datetime(2026, 11, 21, tzinfo=UTC)


class SettingsTarget:
    """Settings files, as texts and as bytes."""

    def prepare(self, folder: Path) -> None:
        self._text = as_toml(Settings())

    def attempt(self, random: Random, folder: Path) -> None:
        path = folder / "livecam.toml"
        text = spoiled_text(self._text, random)
        path.write_bytes(spoiled(text, random) if random.random() < 0.3 else text)
        before = snapshot(folder)
        try:
            load(path, {"effect": {"strength": 0.5}})
        finally:
            check_untouched(before, folder)


class CardTarget:
    """A pupil model and its card; what is taken must be able to look at eyes."""

    def prepare(self, folder: Path) -> None:
        model = asset("models/pupil.tflite")
        self._model, self._card = model.read_bytes(), json.loads(model.with_suffix(".json").read_text())

    def attempt(self, random: Random, folder: Path) -> None:
        model, card = folder / "eyes.tflite", folder / "eyes.json"
        way = random.random()
        model.write_bytes(spoiled(self._model, random) if way > 0.85 else self._model)
        text = json.dumps(spoiled_document(self._card, random) if way < 0.8 else self._card).encode()
        card.write_bytes(spoiled(text, random) if way < 0.15 else text)
        before = snapshot(folder)
        try:
            model_kind(model)
            detector = open_pupils(PupilSettings(model=model))
            detector.detect(detector.cropper(Frame(grey(), 0, 0.0), make_face()))
        finally:
            check_untouched(before, folder)


def fill_store(folder: Path) -> None:
    """Six samples, half of them labelled."""
    with Store.open(folder) as store:
        for number in range(6):
            sample, picture = make_sample(number)
            store.add(sample, picture)
            if number % 2:
                says = (sample.id, LabelAction.POINT, "me")
                store.append_events(
                    [
                        LabelEvent(*says, side=side, point=Point(10 + 12 * index, 15), when=_NOW)
                        for index, side in enumerate(Side)
                    ]
                )


class StoreTarget:
    """Stores whose files were cut, changed, lost or mistaken for each other; no picture may be lost."""

    def prepare(self, folder: Path) -> None:
        self._store = folder / "store"
        fill_store(self._store)

    def attempt(self, random: Random, folder: Path) -> None:
        store = folder / "store"
        shutil.copytree(self._store, store)
        files = [path for path in sorted(store.rglob("*")) if path.is_file()]
        for path in random.sample(files, random.randint(1, 2)):
            if random.random() < 0.15:
                path.unlink()
            else:
                path.write_bytes(spoiled(path.read_bytes(), random))
        pictures = _pictures(store)
        try:
            with Store.open(store) as opened:
                opened.verify()
                opened.counts()
                for stored in opened.samples():
                    opened.events(stored.sample.id)
                opened.add(*make_sample(99))
        finally:
            if missing := pictures - _pictures(store):
                raise BrokenPromiseError(f"{len(missing)} pictures of the store were lost")


def _pictures(store: Path) -> set[bytes]:
    return {path.read_bytes() for path in store.rglob("*.png")}


class LabelsTarget:
    """Label files of every format, imported into a store that must keep what it has."""

    def prepare(self, folder: Path) -> None:
        self._store = folder / "store"
        fill_store(self._store)
        self._exports = {}
        for kind in Format:
            out = folder / f"export-{kind.value}"
            export_store(self._store, out, kind, url=None, splits=(), replace=False)
            self._exports[kind] = out

    def attempt(self, random: Random, folder: Path) -> None:
        kind = random.choice(list(self._exports))
        export, store = folder / "export", folder / "store"
        shutil.copytree(self._exports[kind], export)
        shutil.copytree(self._store, store)
        texts = [path for path in sorted(export.rglob("*")) if path.is_file() and path.suffix not in (".png", ".jpg")]
        # A file of another tool has nothing beside it that livecam wrote.
        for path in [path for path in texts if "livecam" in path.name and random.random() < 0.7]:
            path.unlink()
            texts.remove(path)
        self._spoil(random.choice(texts), random)
        before, pictures = snapshot(export), _pictures(store)
        try:
            with name_errors():
                import_labels(store, export, kind, faces=lambda _: None)
        finally:
            check_untouched(before, export)
            if pictures - _pictures(store):
                raise BrokenPromiseError("pictures of the store were lost")

    def _spoil(self, path: Path, random: Random) -> None:
        content = path.read_bytes()
        way = random.random()
        if path.suffix == ".json" and way < 0.7:
            path.write_text(json.dumps(spoiled_document(json.loads(content), random)), encoding="utf-8")
        elif way < 0.9:
            path.write_bytes(spoiled_text(content.decode(errors="replace"), random))
        else:
            path.write_bytes(spoiled(content, random))
