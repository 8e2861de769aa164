"""People of all sizes on a few images, also on resamples of the images."""

import numpy as np

from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation

SIGMAS = np.full(17, 0.08)


def make_crowd():
    """Annotations of all sizes on eight images, and noisy predictions."""
    rng = np.random.default_rng(5)
    images = [dict(id=i, width=256, height=256) for i in range(3, 11)]
    people, found = [], []
    for image in images[1:]:
        for _ in range(rng.integers(1, 9)):
            side = float(np.exp(rng.uniform(np.log(6), np.log(90))))
            room = 150 if image['id'] % 2 else 30
            points = rng.uniform(0, side, (17, 2)) + rng.uniform(0, room, 2)
            low, high = points.min(axis=0), points.max(axis=0)
            rows = np.c_[points, np.full(17, 2)]
            people.append(
                dict(
                    id=len(people) + 1,
                    image_id=image['id'],
                    category_id=1,
                    iscrowd=0,
                    area=side**2,
                    bbox=[*low, *(high - low)],
                    keypoints=rows.ravel().tolist(),
                    num_keypoints=17,
                )
            )
            for noise in rng.choice([0.02, 0.07, 0.5], rng.integers(0, 3)):
                moved = points + rng.normal(0, noise * side, points.shape)
                rows = np.c_[moved, np.ones(17)]
                found.append(
                    dict(
                        image_id=image['id'],
                        category_id=1,
                        score=float(rng.random()),
                        keypoints=rows.ravel().tolist(),
                    )
                )
    categories = [dict(id=1, name='person')]
    content = dict(images=images, annotations=people, categories=categories)
    return content, found


def repeated(content, found, weights):
    """Write every image as often as a weight says, under new ids."""
    images, people, predictions = [], [], []
    for image, often in zip(content['images'], weights):
        for _ in range(often):
            number = len(images) + 1
            images.append(dict(image, id=number))
            for entry in content['annotations']:
                if entry['image_id'] == image['id']:
                    new = dict(entry, id=len(people) + 1, image_id=number)
                    people.append(new)
            predictions += [
                dict(entry, image_id=number)
                for entry in found
                if entry['image_id'] == image['id']
            ]
    whole = dict(content, images=images, annotations=people)
    return whole, predictions


def coco_ap(content, found, sizes):
    """Let COCO's tool score people of one size."""
    coco = CocoEvaluation(content, found, SIGMAS, sizes=sizes)
    precision = coco.scores().precision[..., 0]
    return precision[precision > -1].mean()
