"""A pupil detector of one's own: the darkest spot of a blurred eye. python own_pupil_detector.py me.jpg"""

import sys

import cv2

import livecam


class DarkestSpot:
    """A pupil detector says how it wants its eyes cut out, and finds both pupils in the crops."""

    cropper = livecam.LevelledEyeCropper(48, 32, 72.0)  # width, height, pixels an interocular distance

    def detect(self, eyes: livecam.EyePair) -> livecam.PupilPair:
        return livecam.PupilPair(self._pupil(eyes.left), self._pupil(eyes.right))

    def _pupil(self, eye: livecam.EyeCrop) -> livecam.Pupil:
        grey = cv2.GaussianBlur(cv2.cvtColor(eye.patch, cv2.COLOR_BGR2GRAY), (0, 0), 3)
        darkest = cv2.minMaxLoc(grey)[2]
        return livecam.Pupil(livecam.Point(*eye.to_frame(darkest)), radius=6 / eye.scale, confidence=0.5)


def main(path: str) -> None:
    for face in livecam.PupilDetector(pupils=DarkestSpot()).detect(livecam.read_image(path)):
        print(face.left and face.left.centre, face.right and face.right.centre)


if __name__ == "__main__":
    main(sys.argv[1])
