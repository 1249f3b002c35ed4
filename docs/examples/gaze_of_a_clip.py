"""The gaze of every face in a clip as CSV: python gaze_of_a_clip.py clip.mp4 gaze.csv"""

import csv
import sys
from pathlib import Path

import livecam


def main(clip: str, table: str) -> None:
    detector = livecam.PupilDetector()
    with livecam.open_source(clip) as frames, Path(table).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["seconds", "face", "eye", "horizontal", "vertical", "confidence"])
        for frame in frames:
            for face in detector.track(frame):
                for eye in livecam.Side:
                    pupil, gaze = face.pupil(eye), face.gaze(eye)
                    if pupil and gaze:
                        row = [frame.timestamp, face.face.track_id, eye, *gaze, pupil.confidence]
                        rows.writerow(f"{value:.3f}" if isinstance(value, float) else value for value in row)


if __name__ == "__main__":
    main(*sys.argv[1:3])
