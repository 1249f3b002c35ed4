"""Saucer eyes in a virtual camera, or in a file: python virtual_camera.py [SOURCE [SINK]]"""

import sys
from dataclasses import replace

import livecam


def main(source: str = "auto", sink: str = "virtualcam") -> None:
    detector, effect = livecam.PupilDetector(), livecam.effects.create("saucer")
    with livecam.open_source(source, paced=sink == "virtualcam") as frames, livecam.open_sink(sink) as out:
        for frame in frames:
            scene = livecam.Scene(frame, tuple(detector.track(frame)))
            out.show(replace(frame, image=effect.draw(scene)))


if __name__ == "__main__":
    main(*sys.argv[1:3])
