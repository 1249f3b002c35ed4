"""What the layers of a pack draw, and where: sizes, anchors, parents, warps, repetitions, events."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from livecam.core.types import EyeState, FaceObservation, Frame, Image, Scene
from livecam.live.effects.stack import SelectableEffect
from livecam.settings import EffectSettings
from tests.fakes import grey, make_face, make_frame, make_look
from tests.livecam.live.effects.packs.packs import write_pack

UNIT = 70.0  # pixels of the plain face, whose middle of the eyes is at (320, 240)
LOOK = make_look()


def effect(folder: Path, text: str) -> SelectableEffect:
    return SelectableEffect(EffectSettings(style=str(write_pack(folder / "mine", text))))


def draw(made: SelectableEffect, look: FaceObservation = LOOK, seconds: float = 0.0) -> Image:
    frame: Frame = replace(make_frame(grey()), timestamp=seconds)
    return made.draw(Scene(frame, (look,)))


def boxes(image: Image) -> tuple[float, float, float, float]:
    """Middle, width and height of what was drawn, in interocular distances from the middle of the eyes."""
    rows, columns = np.nonzero((np.abs(image.astype(int) - 128) > 60).any(axis=2))
    left, right, top, bottom = columns.min(), columns.max(), rows.min(), rows.max()
    return (
        ((left + right) / 2 - 320) / UNIT,
        ((top + bottom) / 2 - 240) / UNIT,
        (right - left) / UNIT,
        (bottom - top) / UNIT,
    )


LAYER = '[[layer]]\npicture = "a.png"\nforeshorten = 0\n'


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("", (0, 0, 1, 1)),
        ("size = 0.5", (0, 0, 0.5, 0.5)),
        ("size = [1.0, 0.4]", (0, 0, 1, 0.4)),
        ('offset = ["0.5", -0.25]', (0.5, -0.25, 1, 1)),
        ("turn = 45", (0, 0, 2**0.5, 2**0.5)),
        ('anchor = "mouth"\nsize = 0.4', (0, 1.15, 0.4, 0.4)),
        ('anchor = "eye_left"\nsize = 0.4', (0.5, 0, 0.4, 0.4)),
        ('anchor = "eyes"\nsize = 0.4', (0, 0, 1.4, 0.4)),
        ('anchor = "pupils"\nsize = "0.4*(side > 0)"', (0.5, 0, 0.4, 0.4)),
        ("anchor = { landmarks = [48, 54], weights = [3, 1] }\nsize = 0.4", (-0.21, 1.15, 0.4, 0.4)),
        ('size = 0.2\nrepeat = 3\noffset = ["0.5*i", 0]', (0.5, 0, 1.2, 0.2)),
        ('anchor = "screen"\nsize = 0.25\noffset = [-0.5, 0]', ((160 - 320) / UNIT, 0, 160 / UNIT, 160 / UNIT)),
        ('values = { wide = "2*half", half = "0.3" }\nsize = "wide"', (0, 0, 0.6, 0.6)),
    ],
)
def test_a_picture_lies_where_its_keys_say(keys: str, expected: tuple[float, ...], tmp_path: Path) -> None:
    assert boxes(draw(effect(tmp_path, LAYER + keys))) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("size", ['["1e9 - 1", "1e9 - 1"]', '["1e9 - 1", "1e-9"]', '["1e-9", "0 - 1e9 + 1"]'])
@pytest.mark.parametrize("offset", ["[0, 0]", '["1e9 - 1", "1 - 1e9"]'])
@pytest.mark.parametrize("keys", ["", 'turn = "45.5"', "bend = { amplitude = 999999999, waves = 999999999 }"])
def test_layers_within_layers_that_grow_past_every_number_leave_the_picture(
    size: str, offset: str, keys: str, tmp_path: Path
) -> None:
    nested = [f'{LAYER}name = "layer{each}"\nsize = {size}\noffset = {offset}\n{keys}\n' for each in range(60)]
    text = nested[0] + "".join(f'{layer}within = "layer{each}"\n' for each, layer in enumerate(nested[1:]))
    assert draw(effect(tmp_path, text)).shape == grey().shape


@pytest.mark.parametrize(
    "warp",
    [
        'warp = "bulge"\nradius = "1e9 - 1"\namount = "1e9 - 1"',
        'warp = "pinch"\nradius = "1e-9"\namount = 0.5',
        'warp = "ripple"\nsize = "1e9 - 1"\namount = "1e9 - 1"\nwaves = "1e9 - 1"\nphase = "1e9 - 1"',
        'warp = "ripple"\nsize = ["1e-9", "1e9 - 1"]\namount = 0.5',
        'warp = "quake"\nanchor = "pupils"\namount = ["1e9 - 1", "1 - 1e9"]',
    ],
)
@pytest.mark.parametrize("offset", ["", 'offset = ["1e9 - 1", "1 - 1e9"]'])
def test_warps_as_large_as_a_formula_can_make_them_leave_the_picture(warp: str, offset: str, tmp_path: Path) -> None:
    assert draw(effect(tmp_path, f"[[layer]]\n{warp}\n{offset}")).shape == grey().shape


def test_a_tilted_head_takes_a_picture_with_it_or_leaves_it_upright(tmp_path: Path) -> None:
    tilted = make_look(make_face(roll=np.pi / 4))
    turned = boxes(draw(effect(tmp_path, LAYER + "offset = [1, 0]\nsize = 0.6"), tilted))
    upright = boxes(draw(effect(tmp_path, LAYER + "offset = [1, 0]\nsize = 0.6\nwith_head = false"), tilted))
    assert turned == pytest.approx((0.707, 0.707, 0.849, 0.849), abs=0.05)
    assert upright == pytest.approx((1, 0, 0.6, 0.6), abs=0.05)


def test_a_layer_within_another_has_its_size_and_place(tmp_path: Path) -> None:
    parent = LAYER + 'name = "white"\nanchor = "left_eye"\nsize = 0.8\nopacity = 0\nvisible = 1\n'
    child = LAYER + 'anchor = "left_eye"\nwithin = "white"\nsize = 0.5\noffset = [0.25, 0]\n'
    shown = parent.replace("opacity = 0", "opacity = 0.01")
    assert boxes(draw(effect(tmp_path, shown + child))) == pytest.approx((0.7, 0, 0.4, 0.4), abs=0.05)
    hidden = parent.replace("visible = 1", "visible = 0")
    assert (draw(effect(tmp_path, hidden + child)) == 128).all()


@pytest.mark.parametrize(("warp", "grows"), [("bulge", True), ("pinch", False)])
def test_a_bulge_magnifies_and_a_pinch_makes_smaller(warp: str, grows: bool, tmp_path: Path) -> None:
    text = LAYER + f'size = 0.3\n[[layer]]\nwarp = "{warp}"\nradius = 0.6\namount = 0.4\n'
    assert (boxes(draw(effect(tmp_path, text)))[2] > 0.3) == grows


def test_a_picture_follows_what_a_bulge_has_moved(tmp_path: Path) -> None:
    bulge = '[[layer]]\nname = "grow"\nwarp = "bulge"\nradius = 0.8\namount = 0.3\n'
    plain = boxes(draw(effect(tmp_path, bulge + LAYER + "size = 0.2\noffset = [0.3, 0]")))
    moved = boxes(draw(effect(tmp_path, bulge + LAYER + 'through = "grow"\nsize = 0.2\noffset = [0.3, 0]')))
    assert moved[0] > plain[0] + 0.02
    assert moved[2] == pytest.approx(0.2 / 0.7, abs=0.03)


def test_an_event_shows_a_layer_for_a_while_each_time_it_comes(tmp_path: Path) -> None:
    made = effect(tmp_path, LAYER + 'on = "wink_left"\nduration = 0.5\nsize = "0.2 + t"')
    assert LOOK.left is not None
    winking = replace(LOOK, left=replace(LOOK.left, state=EyeState.CLOSED, confidence=0.1))
    shown = []
    for index in range(120):
        seconds = index / 30
        image = draw(made, winking if 2.0 <= seconds < 2.4 else LOOK, seconds)
        if not (image == 128).all():
            shown.append((seconds, boxes(image)[2]))
    assert 2.1 < shown[0][0] < 2.4
    assert shown[-1][0] - shown[0][0] == pytest.approx(0.5, abs=0.05)
    assert shown[-1][1] > shown[0][1] + 0.3


def test_packs_are_stacked_from_back_to_front(tmp_path: Path) -> None:
    small, large = (write_pack(tmp_path / name, LAYER + f"size = {size}") for name, size in (("a", 0.5), ("b", 1)))
    both = SelectableEffect(EffectSettings(style=f"{small},{large}"))
    assert boxes(draw(both)) == pytest.approx((0, 0, 1, 1), abs=0.05)
    assert [loaded.pack.name for loaded in both.packs] == ["a", "b"]


def test_a_stack_with_a_spotlight_draws_all_of_it(tmp_path: Path) -> None:
    mine = write_pack(tmp_path / "mine", LAYER)
    lit = SelectableEffect(EffectSettings(style=f"{mine},spotlight"))
    image = draw(lit)
    assert image[240, 320].tolist() == [0, 0, 255]
    assert image[5, 5].max() < 60


def test_the_ten_lines_of_the_page_are_an_effect(tmp_path: Path) -> None:
    page = (Path(__file__).parents[5] / "docs/how-to/make-an-effect.md").read_text(encoding="utf-8")
    blocks = [block.split("```")[0] for block in page.split("```toml\n")[1:]]
    assert len(blocks[0].strip().splitlines()) <= 10
    folder = write_pack(tmp_path / "love", blocks[0])
    (folder / "a.png").rename(folder / "heart.png")
    assert boxes(draw(SelectableEffect(EffectSettings(style=str(folder)))))[:2] == pytest.approx((0, 0), abs=0.05)
    assert all(tomllib.loads(block) for block in blocks)
    (folder / "effect.toml").write_text("\n".join(block for block in blocks[:3] if "project" not in block))
    SelectableEffect(EffectSettings(style=str(folder)))
