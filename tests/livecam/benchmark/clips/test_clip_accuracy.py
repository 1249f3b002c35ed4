"""`livecam bench --accuracy` on a clip: its truth, what is wrong with one, and the scores of the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from livecam.benchmark.clips.clip_accuracy import as_json, clip_tables, score_clip
from livecam.benchmark.clips.clip_truth import LabelledClip, read_clip_truth
from livecam.core.errors import SourceError
from livecam.core.types import EyeState, Point
from livecam.settings import Settings

HEAD = "frame,face,lx,ly,rx,ry,left_state,right_state,agreement,left_opening,right_opening"


def truth(folder: Path, *rows: str) -> Path:
    (folder / "clip.csv").write_text("\n".join([HEAD, *rows]))
    return folder / "clip.mp4"


def test_the_eye_on_the_left_of_the_picture_is_the_subject_s_right_one(tmp_path: Path) -> None:
    (face,) = read_clip_truth(truth(tmp_path, "3,0,10,20,50,21,closed,unsure,0.01,0.1,0.15"))[3]
    assert (face.right, face.left) == ((Point(10, 20), EyeState.CLOSED), (Point(50, 21), EyeState.HALF))


def test_rows_that_do_not_agree_are_left_out(tmp_path: Path) -> None:
    clip = truth(tmp_path, "0,0,1,2,3,4,open,open,0.03,,", "1,0,1,2,3,4,open,open,,,", "2,0,1,2,3,4,open,open,0.02,,")
    assert list(read_clip_truth(clip)) == [2]


@pytest.mark.parametrize("row", ["0,0,1,2,3,4,open,shut,0.01,,", "0,0,x,2,3,4,open,open,0.01,,", "0,0,1"])
def test_a_damaged_truth_is_named(tmp_path: Path, row: str) -> None:
    with pytest.raises(SourceError, match="must have the columns frame, face"):
        read_clip_truth(truth(tmp_path, row))


def test_a_clip_without_a_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the truth of a clip is a file of its name"):
        read_clip_truth(tmp_path / "clip.mp4")


def test_a_clip_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no clip"):
        LabelledClip.open(tmp_path / "none.mp4")


@pytest.mark.slow
def test_every_blink_of_the_demo_is_told_in_time_and_none_is_made_up() -> None:
    (score,) = score_clip(Path("demo"), [Settings()], lambda doing: None)
    blinks = score.blinks
    assert (blinks.found, blinks.in_time, blinks.false) == (blinks.blinks, blinks.blinks, 0)
    assert blinks.blinks >= 6
    assert score.gaze.horizontal is not None
    assert score.gaze.horizontal > 0.95
    assert score.gaze.rest is not None
    assert max(map(abs, score.gaze.rest)) < 0.1
    assert as_json(Path("demo"), [score])["paths"][0]["blinks"]["found"] == blinks.found
    assert [table.row_count for table in clip_tables(Path("demo"), [score])] == [1, 1]
