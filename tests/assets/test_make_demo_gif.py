"""The moving picture of the README."""

from __future__ import annotations

from io import BytesIO

import av

from assets.demo.make_demo_gif import SECONDS_A_STYLE, STYLES, frames
from livecam.live.effects.preview import FPS, animated_gif


def test_every_style_moves_in_a_picture_that_fits_the_first_screen() -> None:
    made = animated_gif(frames())
    with av.open(BytesIO(made)) as container:
        shown = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    assert len(made) < 2_000_000
    assert [len(shown), *shown[0].shape] == [round(SECONDS_A_STYLE * FPS) * len(STYLES), 210, 280, 3]
