"""Small images with labelled animals, as a COCO file holds them."""

import json

import cv2
import numpy as np

KEYPOINTS = ['nose', 'left_ear', 'right_ear', 'tail']
LINKS = [[1, 2], [1, 3], [2, 3], [1, 4]]
# (w, h)
SIZE = (96, 64)


def make_content(folder, counts=(2, 0, 1, 2), seed=0):
    """Write images with so many animals; return the content of a COCO file.

    Keypoints have one decimal. Some are not labelled.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    images, people = [], []
    for number, count in enumerate(counts, 1):
        name = f'cage {number:03d}.png'
        # sharp enough that pixels of two images are never the same
        pixels = rng.integers(0, 255, (*SIZE[::-1], 3)).astype(np.uint8)
        cv2.imwrite(str(folder / name), pixels)
        images.append(
            dict(id=number, file_name=name, width=SIZE[0], height=SIZE[1])
        )
        for _ in range(count):
            points = rng.uniform((1, 1), np.array(SIZE) - 1, (4, 2)).round(1)
            rows = np.insert(points, 2, 2, axis=1)
            if len(people) % 2:
                rows[int(rng.integers(4))] = 0
            people.append(
                dict(
                    id=len(people) + 1,
                    image_id=number,
                    category_id=1,
                    keypoints=rows.ravel().tolist(),
                )
            )
    category = dict(id=1, name='mouse', keypoints=KEYPOINTS, skeleton=LINKS)
    return dict(images=images, annotations=people, categories=[category])


def people_by_image(content, folder):
    """Collect what is labelled by the pixels of the images.

    Returns:
        dict: from the bytes of the file to a sorted list of keypoints
        (K * 3).
    """
    found = {}
    for image in content['images']:
        pixels = cv2.imread(str(folder / image['file_name']))
        found[pixels.tobytes()] = sorted(
            a['keypoints']
            for a in content['annotations']
            if a['image_id'] == image['id']
        )
    assert len(found) == len(content['images'])
    return found


def read_result(out, name='annotations'):
    """Read an annotation file of an import."""
    return json.loads((out / f'{name}.json').read_text())
