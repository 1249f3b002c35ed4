"""A pupil model as one file: model, card and weights in a zip with the SHA-256 of each, written and read with care."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from livecam.core.errors import AssetError
from livecam.core.files import damaged_zip_errors, sync_folder, write_atomically
from livecam.perception.pupils.model_library import (
    CARD,
    MODEL,
    WEIGHTS,
    check_import_name,
    imported_folder,
    known_models,
)
from livecam.perception.pupils.network.detector import NetworkPupilDetector
from livecam.perception.pupils.network.model_card import read_card
from livecam.settings import PupilSettings

SCHEMA = 1
SUFFIX = ".zip"
_MANIFEST = "livecam-model.json"
_MB = 1_000_000
_LARGEST = {_MANIFEST: _MB, MODEL: 20 * _MB, CARD: _MB, WEIGHTS: 80 * _MB}
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip: the same model is the same file
# Only the owner may look: the model was learnt from pictures of people.
_MODE = 0o700


def model_archive(model: Path) -> bytes:
    """The file that carries a model to another computer; AssetError when the model or its card cannot be used."""
    _, content = read_card(model)
    parts = {MODEL: content, CARD: model.with_suffix(".json").read_bytes()}
    weights = model.with_name(WEIGHTS)
    if weights.is_file():
        parts[WEIGHTS] = weights.read_bytes()
    hashes = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
    manifest = json.dumps({"schema": SCHEMA, "sha256": hashes}, indent=1, sort_keys=True).encode() + b"\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {_MANIFEST: manifest, **parts}.items():
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def import_model(file: Path, store: Path, name: str) -> bool:
    """Puts the model of `file` among those of the store, as `name`; False when it is there already under that name.

    AssetError for a file that is damaged or was not made by `model_archive`, for a model that does not fit this
    program, and for a name that is taken by another model.
    """
    folder = imported_folder(store) / check_import_name(name)
    parts = _unpacked(file)
    for known in known_models(store):
        if known.name == name:
            if known.sha256 == hashlib.sha256(parts[MODEL]).hexdigest():
                return False
            raise AssetError(f"another model is called '{name}' here; give this one another --name")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".importing-", dir=folder.parent))
    try:
        for part, content in parts.items():
            write_atomically(draft / part, content)
        _check_fits(draft / MODEL, file)
        draft.chmod(_MODE)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync_folder(folder.parent)
    return True


def _check_fits(model: Path, file: Path) -> None:
    try:
        NetworkPupilDetector.open(PupilSettings(model=model))
    except AssetError as error:
        raise AssetError(f"the model of {file} does not fit this program: {error}") from error


def _unpacked(file: Path) -> Mapping[str, bytes]:
    """Nothing is unpacked by the names and sizes that the file claims: only known names, up to what each may take."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = _parts(archive, file)
    except OSError as error:
        raise AssetError(f"cannot read {file} ({(error.strerror or 'unreadable').lower()})") from error
    except damaged_zip_errors() as error:
        raise AssetError(f"{file} is damaged, or no model that `livecam model export` wrote") from error
    expected = _hashes(parts.pop(_MANIFEST), file)
    if {MODEL, CARD} - parts.keys() or expected.keys() != parts.keys():
        raise AssetError(f"{file} does not hold what it names ({', '.join(sorted(expected)) or 'nothing'})")
    for name, content in parts.items():
        if hashlib.sha256(content).hexdigest() != expected[name]:
            raise AssetError(f"{name} in {file} is damaged (sha256 differs); export the model again")
    return parts


def _parts(archive: zipfile.ZipFile, file: Path) -> dict[str, bytes]:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(set(names)) < len(names) or not {_MANIFEST} <= set(names) <= _LARGEST.keys():
        raise AssetError(f"{file} is no model that `livecam model export` wrote: it holds {', '.join(names)[:80]}")
    return {info.filename: _content(archive, info, file) for info in infos}


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: Path) -> bytes:
    largest = _LARGEST[info.filename]
    with archive.open(info) as stream:
        # What the file says of a size need not be true.
        content = stream.read(largest + 1)
    if len(content) > largest:
        raise AssetError(f"{info.filename} in {file} is larger than {largest // _MB} MB, which no model of livecam is")
    return content


def _hashes(manifest: bytes, file: Path) -> Mapping[str, str]:
    try:
        content: dict[str, Any] = json.loads(manifest)
        schema, hashes = content["schema"], {str(name): str(value) for name, value in content["sha256"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise AssetError(f"{_MANIFEST} in {file} is damaged; export the model again") from fault
    if schema != SCHEMA:
        raise AssetError(f"{file} has schema {schema}, this program reads {SCHEMA}; export it by a livecam of this age")
    return hashes
