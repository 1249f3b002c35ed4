"""Reading pages: both forms, the same answer, and a clear word about each thing that can be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecam.core.types import Box
from tests.training.target_detector.drawn import make_page, write_arrays, write_folder
from training.engine.files import DatasetError
from training.target_detector.data.dataset import cached, fingerprint, in_order, open_pages, split
from training.target_detector.losses import balance, chosen


def test_a_folder_gives_its_pages_with_their_boxes(tmp_path: Path) -> None:
    pages = open_pages(write_folder(tmp_path / "book"))
    assert [(page.name, page.boxes) for page in pages][:2] == [
        ("1.png", (Box(40, 60, 30, 30),)),
        ("2.png", (Box(90, 90, 30, 30),)),
    ]


def test_arrays_give_boxes_from_their_labels(tmp_path: Path) -> None:
    assert open_pages(write_arrays(tmp_path))[1].boxes == (Box(90, 60, 30, 40),)


def test_arrays_are_rgb_and_pages_are_bgr(tmp_path: Path) -> None:
    assert tuple(open_pages(write_arrays(tmp_path))[0].image()[80, 50]) == (20, 20, 230)


def test_arrays_are_mapped_not_read(tmp_path: Path) -> None:
    page = open_pages(write_arrays(tmp_path))[0]
    assert isinstance(page.read().base, np.memmap) or isinstance(page.read(), np.memmap)


def test_a_cached_page_is_the_same_page(tmp_path: Path) -> None:
    pages = open_pages(write_folder(tmp_path / "book"))
    copies = cached(pages, tmp_path / "cache")
    assert all(np.array_equal(one.image(), other.image()) for one, other in zip(pages, copies, strict=True))


def test_a_page_that_was_exchanged_is_cached_anew(tmp_path: Path) -> None:
    cached([make_page(seed=1)], tmp_path)
    assert np.array_equal(cached([make_page(seed=2)], tmp_path)[0].image(), make_page(seed=2).image())


def test_other_boxes_make_another_fingerprint() -> None:
    assert fingerprint([make_page()]) != fingerprint([make_page(box=Box(100, 100, 30, 30))])


def test_a_working_page_has_as_many_pixels_whatever_its_resolution() -> None:
    small, large = make_page(width=400, height=300), make_page(width=1600, height=1200)
    assert small.working == pytest.approx(4 * large.working)


def _wrong_columns(book: Path) -> None:
    (book / "boxes.csv").write_text("file,x,y\n1.png,1,2\n")


def _truncated(book: Path) -> None:
    page = book / "pages" / "1.jpg"
    page.write_bytes(page.read_bytes()[:4000])


def _no_picture(book: Path) -> None:
    (book / "pages" / "1.jpg").write_bytes(b"hello")


def _gone(book: Path) -> None:
    (book / "pages" / "1.jpg").unlink()


def _replaced(old: str, new: str) -> Callable[[Path], None]:
    def change(book: Path) -> None:
        table = book / "boxes.csv"
        table.write_text(table.read_text().replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_wrong_columns, "must have the columns"),
        (_truncated, "truncated JPEG"),
        (_no_picture, "page 1.jpg cannot be used"),
        (_gone, "there is no picture 1.jpg"),
        (_replaced("400,300", "500,300"), "say 500x300"),
        (_replaced("40,60,70,90", "40,60,4000,90"), "not inside its page"),
        (_replaced("40,60", "forty,60"), "no number"),
    ],
)
def test_a_folder_that_is_wrong_says_how(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    book = write_folder(tmp_path / "book", suffix=".jpg")
    spoil(book)
    with pytest.raises(DatasetError, match=said):
        open_pages(book)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("imgs_uint8", np.zeros((2, 300, 400), np.uint8), r"must be uint8 \(n, h, w, 3\)"),
        ("imgs_uint8", np.zeros((2, 300, 400, 3), np.float32), "is float32"),
        ("labels_uint8", np.zeros((2, 300, 399), np.uint8), "must be uint8"),
        ("labels_uint8", np.zeros((2, 300, 400), np.uint8), "nothing to learn from"),
        ("waldo_sub_imgs_uint8", np.zeros((2, 4), np.uint8), "with 3 axes"),
        ("waldo_sub_labels_uint8", np.zeros((2, 4, 4), np.float32), "uint8 crops"),
        ("labels_uint8", np.array([None, 1], object), "not one plain array"),
        ("waldo_sub_imgs_uint8", np.array(None, object), "uint8 crops"),
        ("waldo_sub_imgs_uint8", np.array([None, 1], object), "uint8 crops"),
    ],
)
def test_arrays_of_the_wrong_kind_say_which(tmp_path: Path, name: str, content: np.ndarray, said: str) -> None:
    folder = write_arrays(tmp_path)
    np.save(folder / f"{name}.npy", content)
    with pytest.raises(DatasetError, match=said):
        open_pages(folder)


def test_an_archive_in_place_of_an_array_is_an_error(tmp_path: Path) -> None:
    folder = write_arrays(tmp_path)
    with (folder / "labels_uint8.npy").open("wb") as file:
        np.savez(file, labels=np.zeros(3))
    with pytest.raises(DatasetError, match="is an archive of arrays"):
        open_pages(folder)


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    book = write_folder(tmp_path / "book")
    table = book / "boxes.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes().replace(b"\n", b"\r\n"))
    assert len(open_pages(book)) == 3


def test_a_damaged_array_is_an_error(tmp_path: Path) -> None:
    folder = write_arrays(tmp_path)
    (folder / "labels_uint8.npy").write_bytes(b"nothing")
    with pytest.raises(DatasetError, match="missing, damaged"):
        open_pages(folder)


def test_a_page_smaller_than_a_panel_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="a panel needs 224x224"):
        open_pages(write_folder(tmp_path / "book", size=(400, 200)))


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is not there"):
        open_pages(tmp_path / "none")


def test_no_page_is_learnt_from_and_judged_by() -> None:
    pages = [make_page(f"{number}.png") for number in range(7)]
    for fold in range(3):
        learnt, judged = split(pages, 3, fold)
        assert sorted(page.name for page in (*learnt, *judged)) == sorted(page.name for page in pages)


def test_every_page_is_judged_by_once() -> None:
    pages = [make_page(f"{number}.png") for number in range(7)]
    judged = [page.name for fold in range(3) for page in split(pages, 3, fold)[1]]
    assert sorted(judged) == sorted(page.name for page in pages)


def test_pages_of_one_folder_are_left_out_together() -> None:
    pages = [make_page(f"{book}/{number}.png") for book in ("sea", "town", "wood", "zoo") for number in (1, 2)]
    left = [sorted({page.name.split("/")[0] for page in split(pages, 3, fold)[1]}) for fold in range(3)]
    assert left == [["sea", "zoo"], ["town"], ["wood"]]
    learnt, judged = split(pages, 3, 0)
    assert sorted(page.name for page in (*learnt, *judged)) == sorted(page.name for page in pages)


def test_fewer_folders_than_folds_are_no_books() -> None:
    pages = [make_page(f"pages/{number}.png") for number in range(7)]
    assert [len(split(pages, 3, fold)[1]) for fold in range(3)] == [3, 2, 2]


def test_pages_are_ordered_by_their_numbers() -> None:
    assert [page.name for page in in_order([make_page("10.jpg"), make_page("2.jpg")])] == ["2.jpg", "10.jpg"]


def test_a_fold_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DatasetError, match="count from 0"):
        split([make_page("1.png"), make_page("2.png")], 2, 2)


def test_label_values_are_counted() -> None:
    counted = balance([make_page()])
    assert (counted.target, counted.background) == (900, 400 * 300 - 900)


def test_the_printed_weights_make_a_background_pixel_worth_nothing() -> None:
    background, target = chosen("printed", [make_page()])
    assert (target, background) == (1.0, pytest.approx(1 / (400 * 300 - 900)))


@pytest.mark.parametrize(("side", "weight"), [(200, 10), (30, 11.55), (2, 50)])
def test_sane_weights_grow_with_how_rare_the_target_is_from_ten_to_fifty(side: float, weight: float) -> None:
    assert chosen("sane", [make_page(box=Box(100, 50, side, side))]) == (1.0, pytest.approx(weight, abs=0.01))


@pytest.mark.parametrize("name", ["clever", "1", "1,2,3", "0,1", "1,nan"])
def test_weights_that_are_none_are_an_error(name: str) -> None:
    with pytest.raises(DatasetError, match="weights"):
        chosen(name, [make_page()])
