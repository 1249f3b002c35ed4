"""A sample store as arrays, for any other training: python read_a_store.py STORE samples.npz"""

import sys

import numpy as np

import livecam


def main(folder: str, file: str) -> None:
    images, landmarks, points = [], [], []
    with livecam.open_store(folder) as store:
        for stored in store.samples():
            if stored.resolved.state is not livecam.SampleState.LABELLED:
                continue
            centres = {label.side: label.centre for label in stored.resolved.labels}
            images.append(store.picture(stored.sample.id))  # (h, w, 3) uint8 BGR
            landmarks.append(stored.sample.landmarks)  # (68, 2) float32, pixels of that picture
            points.append([centres.get(side) or (np.nan, np.nan) for side in livecam.Side])  # left, right
    pictures = np.empty(len(images), object)  # they differ in size
    pictures[:] = images
    np.savez(file, images=pictures, landmarks=np.array(landmarks), pupils=np.array(points, np.float32))
    print(f"{len(images)} labelled samples of {folder} in {file}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
