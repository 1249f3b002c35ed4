"""Loading effect packs: each once, in a live run by a thread, and again when somebody saves a file of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

from livecam.core.errors import LivecamError
from livecam.core.interfaces import Effect
from livecam.live.effects.library.locations import PackPlace, entries, find_pack, folder_of
from livecam.live.effects.library.trust import check_trusted
from livecam.live.effects.packs.pack import Pack, load_pack
from livecam.live.effects.packs.python_code import EffectContext, RunningCode

_EVERY_SECONDS = 0.1  # between two looks at the files
_MOST_FILES = 2000  # of a folder that are looked at

Say = Callable[[str], None]
Signature = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPack:
    """A pack and what its Python offers."""

    pack: Pack
    code: RunningCode | None = None
    scene_effect: Effect | None = None  # that draws whole scenes


@dataclass(slots=True, eq=False)
class _Slot:
    """One entry of a list of effects, and the last good version of its pack."""

    entry: str
    place: PackPlace
    loaded: LoadedPack | None = None
    error: LivecamError | None = None  # of the last try
    signature: Signature = ()


@dataclass(slots=True, eq=False)
class PackLoader:
    """The packs of a run. `get` loads in place; in a live run `request` has the thread of `running` do it."""

    context: EffectContext
    say: Say = field(default=lambda text: None)
    _slots: dict[str, _Slot] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _wake: Event = field(default_factory=Event)
    _ended: Event = field(default_factory=Event)
    _in_thread: bool = False

    def get(self, entry: str) -> LoadedPack:
        """The pack of a name or folder, as it is now; LivecamError when it cannot be had."""
        slot = self._slots.get(entry)
        if slot is None or (slot.loaded is None and slot.error is not None):
            slot = self._new(entry)
            _load(slot, self.context)
            self._slots[entry] = slot
        if slot.loaded is None:
            raise slot.error or LivecamError(f"the effect '{entry}' is not there yet; ask again")
        return slot.loaded

    def request(self, entries: Sequence[str]) -> list[LoadedPack] | None:
        """The packs of a list; None while one is being loaded. LivecamError when one cannot be had."""
        if not self._in_thread:
            return [self.get(entry) for entry in entries]
        missing = [entry for entry in entries if entry not in self._slots]
        for entry in missing:
            with self._lock:
                self._slots[entry] = self._new(entry)
        slots = [self._slots[entry] for entry in entries]
        for slot in slots:
            if slot.loaded is None and slot.error is not None:
                del self._slots[slot.entry]
                raise slot.error
        if missing:
            self._wake.set()
        loaded = [slot.loaded for slot in slots]
        return None if None in loaded else [each for each in loaded if each is not None]

    @contextmanager
    def running(self) -> Iterator[None]:
        """A thread loads what is requested, and again what is saved, until the block is left."""
        self._in_thread = True
        thread = threading.Thread(target=self._watch, name="effects", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._wake.set()
            thread.join(timeout=5)
            self._in_thread = False

    def _watch(self) -> None:
        while not self._ended.is_set():
            self.look()
            self._wake.wait(_EVERY_SECONDS)
            self._wake.clear()

    def look(self) -> None:
        """Loads what was requested, and what has changed since; says what came of it."""
        with self._lock:
            slots = list(self._slots.values())
        for slot in slots:
            if slot.loaded is None and slot.error is None:
                _load(slot, self.context)
            elif slot.loaded is not None and slot.place.is_watched and signature(slot.place.folder) != slot.signature:
                self._reload(slot)

    def _reload(self, slot: _Slot) -> None:
        before = slot.error
        _load(slot, self.context)
        if slot.error is None:
            self.say(f"{slot.place.name} is loaded anew")
        elif before is None or str(before) != str(slot.error):
            self.say(str(slot.error))

    def _new(self, entry: str) -> _Slot:
        return _Slot(entry, find_pack(entry))


def _load(slot: _Slot, context: EffectContext) -> None:
    """Brings the slot up to date; what cannot be loaded leaves its last good version in place."""
    slot.signature = signature(slot.place.folder)
    try:
        slot.loaded = open_pack(slot.place, context)
        slot.error = None
    except LivecamError as error:
        slot.error = error


def open_pack(place: PackPlace, context: EffectContext) -> LoadedPack:
    """The pack at a place with its Python carried out; PackError when it cannot be, or may not be, loaded."""
    pack = load_pack(place.folder, folder_of)
    if pack.code is None:
        return LoadedPack(pack)
    check_trusted(place, pack.code)
    running = pack.code.run()
    return LoadedPack(pack, running, running.create(context))


def check_loadable(text: str) -> None:
    """LivecamError for a list of effects one of which cannot be loaded now; no Python of theirs is run."""
    for entry in entries(text):
        place = find_pack(entry)
        pack = load_pack(place.folder, folder_of)
        if pack.code is not None:
            check_trusted(place, pack.code)


def signature(folder: Path) -> Signature:
    """Names, times and sizes of the files of a pack: another one when something was saved."""
    found: list[tuple[str, int, int]] = []
    waiting = [folder]
    while waiting and len(found) < _MOST_FILES:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith((".", "__pycache__")):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                    continue
                status = entry.stat()
            except OSError:
                continue
            found.append((entry.path, status.st_mtime_ns, status.st_size))
    return tuple(sorted(found))
