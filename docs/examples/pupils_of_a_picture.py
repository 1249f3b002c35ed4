"""The pupils of a picture: python pupils_of_a_picture.py me.jpg"""

import sys

import livecam


def main(path: str) -> None:
    image = livecam.read_image(path)
    for face in livecam.PupilDetector().detect(image):
        for side, pupil, gaze in (("left", face.left, face.left_gaze), ("right", face.right, face.right_gaze)):
            if pupil is None or gaze is None:
                print(f"{side}: not found")
                continue
            x, y = pupil.centre
            print(f"{side}: {x:.1f}, {y:.1f}, {pupil.state}, {pupil.confidence:.0%} sure, looks {gaze.horizontal:+.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
