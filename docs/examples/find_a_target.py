"""A tiny target on a huge page, pointed out: python find_a_target.py page.jpg found.png"""

import sys

import cv2

import livecam


def main(page: str, out: str) -> None:
    image = livecam.read_image(page)
    detector = livecam.open_target_detector(livecam.asset("models/waldo.tflite"))
    for target in detector.detect(image, top=3):
        print(f"{target.x:.0f}, {target.y:.0f}: {target.score:.0%}{' found' if detector.is_confident(target) else ''}")
    cv2.imwrite(out, livecam.draw_targets(image, detector.detect_confident(image)))


if __name__ == "__main__":
    main(*sys.argv[1:3])
