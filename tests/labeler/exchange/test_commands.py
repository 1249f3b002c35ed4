"""The commands export and import, as a user types them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from labeler.exchange.export import Imported, export, export_store, import_labels
from labeler.formats.elements.interfaces import Format
from livecam.core.errors import LivecamError, StoreError
from livecam.store.samples import Split
from livecam.store.store import Store
from tests.labeler.formats.foreign import coco, put, put_picture
from tests.labeler.formats.made import labelled, picture, placed, says

ENTRIES = (labelled(0, *placed()), labelled(1, says(placed()[-1].action)), labelled(2, split=Split.TEST))


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "queue") as store:
        pictures = [(one.sample, picture(number)) for number, one in enumerate(ENTRIES)]
        store.import_samples(pictures, [event for one in ENTRIES for event in one.events])
    return tmp_path / "queue"


def typed(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", "from labeler.cli import main; main()", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])


def test_export_says_what_it_wrote(queue: Path, tmp_path: Path) -> None:
    said = typed("export", queue, "--format", "coco", tmp_path / "out").stdout

    assert said == f"livecam-label: exported 3 samples, 1 of them labelled, as coco to {tmp_path / 'out'}\n"


def test_export_tells_how_many_samples_are_done(queue: Path, tmp_path: Path) -> None:
    told: list[int] = []
    with Store.open(queue) as store:
        export(store, Format.CSV, tmp_path / "out", tell=told.append)

    assert told == [1, 2, 3]


def test_a_trouble_is_one_line_and_two(queue: Path) -> None:
    ended = typed("export", queue, "--format", "coco", queue)

    assert (ended.returncode, ended.stderr.count("\n"), ended.stdout) == (2, 1, "")


def test_an_unknown_format_is_told_with_the_known_ones(queue: Path, tmp_path: Path) -> None:
    ended = typed("export", queue, "--format", "yolo", tmp_path / "out")

    assert (ended.returncode, [name for name in Format if name not in ended.stderr]) == (2, [])


def test_import_says_what_it_took_in(queue: Path, tmp_path: Path) -> None:
    export_store(queue, tmp_path / "out", Format.CVAT)

    done = import_labels(tmp_path / "new", tmp_path / "out", Format.CVAT)

    assert done == Imported(f"imported 3 samples and 4 label events into {tmp_path / 'new'}")


def test_import_says_what_was_there(queue: Path, tmp_path: Path) -> None:
    export_store(queue, tmp_path / "out", Format.CSV)

    done = import_labels(queue, tmp_path / "out", Format.CSV)

    assert "imported 0 samples (3 were there already) and 0 label events" in done.summary


def test_only_the_split_that_is_asked_for_is_written(queue: Path, tmp_path: Path) -> None:
    assert "1 sample, 0" in export_store(queue, tmp_path / "out", Format.COCO, splits=[Split.TEST])


def test_a_split_without_samples_is_told(queue: Path, tmp_path: Path) -> None:
    with pytest.raises(LivecamError, match="holds no samples of the split validation"):
        export_store(queue, tmp_path / "out", Format.COCO, splits=[Split.VALIDATION])


@pytest.mark.parametrize("kind", Format)
def test_an_empty_store_is_told_and_nothing_is_written(kind: Format, tmp_path: Path) -> None:
    Store.open(tmp_path / "queue").close()
    with pytest.raises(LivecamError, match="is empty"):
        export_store(tmp_path / "queue", tmp_path / "out", kind)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["queue"]


def test_export_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no sample store in"):
        export_store(tmp_path / "queue", tmp_path / "out", Format.COCO)

    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_is_missing_is_told_and_nothing_is_written(queue: Path, tmp_path: Path) -> None:
    with Store.open(queue) as store:
        path = store.picture_path(ENTRIES[0].sample.id)
        path.unlink()
        path.mkdir()

    with pytest.raises(StoreError, match="cannot be read"):
        export_store(queue, tmp_path / "out", Format.COCO)


def test_a_failed_import_makes_no_store(tmp_path: Path) -> None:
    put_picture(tmp_path)
    with pytest.raises(LivecamError, match="outside its picture"):
        import_labels(tmp_path / "queue", put(tmp_path / "a.json", coco([999, 6, 2, 0, 0, 0])), Format.COCO)

    assert not (tmp_path / "queue").exists()
