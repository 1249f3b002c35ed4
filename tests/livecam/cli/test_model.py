"""`livecam model`, as a person uses it: which model is in use, and carrying it to another computer."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from livecam.core.assets import asset
from livecam.perception.pupils.factory import model_places
from livecam.perception.pupils.model_archive import model_archive
from livecam.perception.pupils.model_library import model_changes, model_in_use, models_locked
from livecam.settings import PupilSettings
from livecam.store.store import Store
from tests.program import Program

SHIPPED = asset("models/pupil.tflite")
PARTS = ("pupil.tflite", "pupil.json", "pupil.weights.h5")


@pytest.fixture
def program(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return Program(capfd)


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    """A store in which a round has left a model; only the words of its card differ from what ships."""
    store = tmp_path / "home"
    Store.open(store).close()
    folder = store / "rounds" / "003" / "model"
    folder.mkdir(parents=True)
    for part in PARTS:
        shutil.copy(SHIPPED.with_name(part), folder / part)
    card = json.loads((folder / "pupil.json").read_text())
    card["provenance"]["recipe"] = "livecam-train round 3"
    (folder / "pupil.json").write_text(json.dumps(card))
    return store


def in_use(store: Path) -> Path:
    return next(place for place in model_places(PupilSettings(), store) if place.exists())


def test_a_model_is_carried_to_another_computer_with_its_card_and_weights(
    program: Program, taught: Path, tmp_path: Path
) -> None:
    went = [
        program("model", "use", "round-3", "--queue", taught).code,
        program("model", "export", "mine.zip", "--queue", taught).code,
        program("model", "import", "mine.zip").code,
        program("model", "use", "mine").code,
    ]
    there = in_use(tmp_path / "data" / "livecam" / "queue")

    assert went == [0, 0, 0, 0]
    assert [there.with_name(part).read_bytes() for part in PARTS] == [
        (taught / "rounds/003/model" / part).read_bytes() for part in PARTS
    ]


def test_the_list_names_every_model_and_marks_the_one_in_use(program: Program, taught: Path) -> None:
    program("model", "export", "mine.zip", "--model", "round-3", "--queue", taught)
    said = program("model", "import", "mine.zip", "--name", "of-ann", "--queue", taught).out
    next_step = said.partition("; livecam ")[2].split()
    assert next_step == ["model", "use", "of-ann", "--queue", str(taught)]
    program(*next_step)
    listed = json.loads(program("model", "list", "--json", "--queue", taught).out)

    assert [(model["name"], model["in_use"], model["trainable"]) for model in listed] == [
        ("shipped", False, True),
        ("round-3", False, True),
        ("of-ann", True, True),
    ]


def test_a_name_leads_back_to_the_model_that_ships_and_every_change_is_recorded(program: Program, taught: Path) -> None:
    for name in ("round-3", "shipped", "shipped"):
        assert program("model", "use", name, "--queue", taught).code == 0

    assert (in_use(taught), [change.model for change in model_changes(taught)]) == (SHIPPED, ["round-3", "shipped"])


def test_taking_in_the_same_model_twice_changes_nothing(program: Program, taught: Path) -> None:
    program("model", "export", "mine.zip", "--queue", taught)
    said = [program("model", "import", "mine.zip", "--queue", taught).out for _ in range(2)]

    assert ("taken in" in said[0], "there already" in said[1]) == (True, True)


def test_a_computer_that_took_a_model_in_can_collect_into_the_same_store(
    program: Program, taught: Path, tmp_path: Path
) -> None:
    program("model", "export", "mine.zip", "--queue", taught)
    program("model", "import", "mine.zip", "--queue", "fresh")

    with Store.open(tmp_path / "fresh") as store:
        assert store.counts().samples == 0


Change = Callable[[dict[str, bytes]], Mapping[str, bytes]]


def zipped(parts: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def described(parts: dict[str, bytes]) -> dict[str, bytes]:
    """With a manifest whose hashes are right."""
    hashes = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items() if name != "livecam-model.json"}
    return {**parts, "livecam-model.json": json.dumps({"schema": 1, "sha256": hashes}).encode()}


def other_window(parts: dict[str, bytes]) -> dict[str, bytes]:
    card = json.loads(parts["pupil.json"])
    card["window"]["width"] = 80
    return described({**parts, "pupil.json": json.dumps(card).encode()})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda parts: {**parts, "pupil.tflite": parts["pupil.tflite"][:-1] + b"x"}, "sha256 differs"),
        (lambda parts: {**parts, "../pupil.json": b"{}"}, "no model that"),
        (lambda parts: {"pupil.tflite": parts["pupil.tflite"]}, "no model that"),
        (lambda parts: described({**parts, "pupil.json": b" " * 1_000_001}), "larger than 1 MB"),
        (lambda parts: described({**parts, "pupil.json": b"{}"}), "does not fit this program"),
        (other_window, "does not fit this program"),
        (lambda parts: {**parts, "livecam-model.json": b'{"schema": 2, "sha256": {}}'}, "has schema 2"),
        (lambda parts: {**parts, "livecam-model.json": b"[]"}, "is damaged"),
    ],
)
def test_a_file_that_is_not_whole_or_does_not_fit_is_refused_and_leaves_nothing(
    program: Program, tmp_path: Path, change: Change, said: str
) -> None:
    with zipfile.ZipFile(io.BytesIO(model_archive(SHIPPED))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    (tmp_path / "bad.zip").write_bytes(zipped(change(parts)))
    code, _, err = program("model", "import", "bad.zip", "--queue", "fresh")

    assert (code, said in err, err.count("\n")) == (2, True, 1)
    assert not list((tmp_path / "fresh").glob("models/imported/*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "none.zip"), "there is no file none.zip"),
        (("import", "text.zip"), "is damaged, or no model"),
        (("import", "whole.zip", "--name", "shipped"), "cannot be called 'shipped'"),
        (("import", "whole.zip", "--name", "../x"), "cannot be called '../x'"),
        (("import", "whole.zip", "--name", "taken"), "another model is called 'taken'"),
        (("use", "nobody"), "there is no model 'nobody'"),
        (("export", "x.zip", "--model", "round-9"), "there is no model 'round-9'"),
        (("export", "pupil.tflite"), "as a .zip file"),
        (("export", "whole.zip"), "is there already"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    program: Program, taught: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "whole.zip").write_bytes(model_archive(SHIPPED))
    (tmp_path / "text.zip").write_text("no zip")
    taken = taught / "models" / "imported" / "taken"
    taken.mkdir(parents=True)
    (taken / "pupil.json").write_text("{}")
    code, _, err = program("model", *arguments, "--queue", taught)

    assert (code, said in err, err.count("\n")) == (2, True, 1)


def test_while_a_round_runs_the_model_is_not_changed(program: Program, taught: Path) -> None:
    with models_locked(taught):
        code, _, err = program("model", "use", "round-3", "--queue", taught)

    assert (code, "a training round" in err, model_in_use(taught)) == (2, True, "shipped")
