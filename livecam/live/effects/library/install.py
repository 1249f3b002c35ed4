"""Installing effect packs into the user's data folder, from a folder or a zip; removing and beginning them."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from livecam.core.assets import asset
from livecam.core.errors import PackError
from livecam.core.files import damaged_zip_errors, write_file
from livecam.live.effects.library.locations import PackOrigin, folder_of, installed_folder, places
from livecam.live.effects.library.trust import forget_trust
from livecam.live.effects.packs.manifest import MANIFEST
from livecam.live.effects.packs.pack import Pack, load_pack

MOST_FILES, LARGEST_PACK = 300, 64 << 20  # bytes, unpacked
_SUFFIXES = frozenset({".toml", ".png", ".apng", ".webp", ".gif", ".py", ".md", ".txt", ".svg", ""})
_MOST_ENTRIES = 5000  # of a folder that are looked at


def read_candidate(folder: Path) -> Pack:
    """The pack in a folder that somebody wants to install or check; PackError when it is broken."""
    return load_pack(folder, folder_of)


@contextmanager
def unpacked(source: Path) -> Iterator[Path]:
    """The folder of a pack for as long as the block lasts: `source` itself, or what a zip holds.

    PackError for a zip that is damaged, too large, or whose files would lie elsewhere.
    """
    if source.is_dir():
        yield source
        return
    if not source.is_file():
        raise PackError(f"there is no folder or zip '{source}'; name one with an {MANIFEST} in it")
    with tempfile.TemporaryDirectory(prefix="livecam-effect-") as place:
        folder = Path(place) / source.stem
        folder.mkdir()
        _unzip(source, folder)
        yield _root(folder, source)


def _unzip(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check_amount(source, len(members), sum(member.file_size for member in members))
            left = LARGEST_PACK
            for member in members:
                left -= _extract(archive, member, folder, left, source)
    except OSError as error:
        raise PackError(f"'{source}' cannot be unpacked: {error.strerror or error}") from error
    except damaged_zip_errors() as error:
        raise PackError(f"'{source}' is damaged or no zip: {str(error)[:120]}; pack the folder anew") from error


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, left: int, source: Path) -> int:
    """Writes one file below the folder and says how large it is; what the zip says of its size is not believed."""
    path = _safe(member, source)
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(member) as packed, target.open("xb") as file:
        while block := packed.read(1 << 16):
            size += len(block)
            if size > left:
                raise PackError(f"'{source}' unpacks to more than {LARGEST_PACK >> 20} MB; that is no effect")
            file.write(block)
    return size


def _safe(member: zipfile.ZipInfo, source: Path) -> PurePosixPath:
    name = member.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name or not path.parts:
        raise PackError(f"'{source}' holds '{name[:80]}', which would lie outside its folder; it is not unpacked")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise PackError(f"'{source}' holds the link '{name[:80]}'; it is not unpacked, put the file itself in")
    return path


def _check_amount(source: Path, files: int, size: int) -> None:
    if files > MOST_FILES:
        raise PackError(f"'{source}' holds {files} files; an effect has at most {MOST_FILES}")
    if size > LARGEST_PACK:
        raise PackError(f"'{source}' holds {size >> 20} MB; an effect has at most {LARGEST_PACK >> 20}")


def _root(folder: Path, source: Path) -> Path:
    """Where the manifest is: in the zip itself, or in its only folder."""
    if (folder / MANIFEST).is_file():
        return folder
    found = [entry for entry in folder.iterdir() if (entry / MANIFEST).is_file()]
    if not found:
        raise PackError(f"'{source}' holds no {MANIFEST}; pack the folder of an effect")
    if len(found) != 1:
        raise PackError(f"'{source}' holds {len(found)} folders with an {MANIFEST}; one is installed at a time")
    return found[0]


def install(folder: Path, pack: Pack, *, replace: bool) -> Path:
    """Copies a checked pack into the user's data folder, whole or not at all, and says where it is."""
    for place in places():
        if place.name == pack.name and place.origin is not PackOrigin.OWN:
            raise PackError(f"the name '{pack.name}' is taken by an effect that {place.origin}; change the name in "
                            f"{folder.name}/{MANIFEST}")  # fmt: skip
    target = installed_folder() / pack.name
    if target.exists() and not replace:
        raise PackError(f"there is an effect '{pack.name}' already; --replace puts this one in its place, "
                        f"`livecam effects remove {pack.name}` takes it away")  # fmt: skip
    files = list(_files(folder))
    _check_amount(folder, len(files), sum(path.stat().st_size for path in files))
    try:
        installed_folder().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".installing-", dir=installed_folder()) as place_:
            fresh = Path(place_) / pack.name
            for path in files:
                copy = fresh / path.relative_to(folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
            if target.exists():
                target.replace(Path(place_) / "before")
            fresh.replace(target)
    except OSError as error:
        raise PackError(
            f"cannot write {target}: {(error.strerror or str(error)).lower()}; make room, or make its folder writable"
        ) from error
    return target


def _files(folder: Path) -> Iterator[Path]:
    """The files of a pack that are worth keeping; links and what no effect needs are left out."""
    seen = 0
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in names:
            seen += 1
            if seen > _MOST_ENTRIES:
                raise PackError(f"'{folder}' holds more than {_MOST_ENTRIES} files; that is no effect")
            path = Path(where) / name
            if not name.startswith(".") and path.suffix.lower() in _SUFFIXES and not path.is_symlink():
                yield path


def remove(name: str) -> Path:
    """Takes an installed pack away and says where it was; PackError when it was not installed by the user."""
    own = {place.name: place for place in places() if place.origin is PackOrigin.OWN}
    if name not in own:
        others = {place.name: place.origin for place in places()}
        why = f"'{name}' {others[name]}; only what you installed is removed" if name in others else (
            f"there is no effect '{name}'; you installed {', '.join(own) or 'none'}"
        )  # fmt: skip
        raise PackError(why)
    folder = own[name].folder
    try:
        with tempfile.TemporaryDirectory(prefix=".removing-", dir=folder.parent) as place:
            folder.replace(Path(place) / "gone")
    except OSError as error:
        raise PackError(f"cannot remove {folder}: {(error.strerror or str(error)).lower()}") from error
    forget_trust(folder)
    return folder


_TEMPLATE = """# An effect of livecam. Save this file while `livecam run --effect ./{name}` is running, and look.
format = 1
name = "{name}"
author = ""
licence = ""

[[layer]]
picture = "heart.png"
anchor = "eyes"
size = "0.6 + 0.08*wave(1.2*time)"
"""


def begin(name: str, where: Path) -> Path:
    """A folder with a first effect.toml and a picture; PackError when it is there already or the name cannot be."""
    if not name or len(name) > 40 or not all(letter in "abcdefghijklmnopqrstuvwxyz0123456789-" for letter in name):
        raise PackError(f"an effect cannot be named '{name[:60]}'; small letters, digits and hyphens are allowed")
    folder = where / name
    try:
        folder.mkdir()
    except FileExistsError:
        raise PackError(f"there is a '{name}' already; choose another name") from None
    except OSError as error:
        raise PackError(f"cannot make the folder {folder}: {(error.strerror or str(error)).lower()}") from error
    write_file(folder / "heart.png", asset("effects/heart-eyes/heart.png").read_bytes())
    write_file(folder / MANIFEST, _TEMPLATE.format(name=name).encode())
    return folder
