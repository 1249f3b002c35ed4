"""An effect of one's own in a window: a ring of gold around each iris. python window_with_an_own_effect.py [SOURCE]"""

import sys
from dataclasses import replace

import cv2

import livecam


class GoldRing:
    """An Effect has one verb: a scene in, a new image out."""

    def draw(self, scene: livecam.Scene) -> livecam.Image:
        image = scene.frame.image.copy()
        for face in scene.faces:
            for pupil in (face.left, face.right):
                if pupil and pupil.state is livecam.EyeState.OPEN:
                    centre = round(pupil.centre.x), round(pupil.centre.y)
                    cv2.circle(image, centre, round(pupil.radius * 1.2), (80, 200, 255), 2, cv2.LINE_AA)
        return image


def main(source: str) -> None:
    detector, effect = livecam.PupilDetector(), GoldRing()
    with livecam.open_source(source, paced=True) as frames, livecam.open_window("gold") as window:
        for frame in frames:
            window.show(replace(frame, image=effect.draw(livecam.Scene(frame, tuple(detector.track(frame))))))
            if window.closed:
                return


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "auto")
