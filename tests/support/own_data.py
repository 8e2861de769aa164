"""COCO files as labelling tools write them, and their evaluation."""

import json
from pathlib import Path

import numpy as np
from data_sets import write_data_set
from mmpose.registry import METRICS


def read(file):
    """Read a JSON file."""
    return json.loads(Path(file).read_text())


def people_of(content):
    """List the annotations that are no crowds."""
    return [a for a in content['annotations'] if not a.get('iscrowd')]


def metainfo(k, name='own'):
    """Describe K keypoints, neighbours mirrored but the first."""
    names = [f'point {i}' for i in range(k)]
    swap = {}
    for i in range(1, k - 1, 2):
        swap[names[i]], swap[names[i + 1]] = names[i + 1], names[i]
    return dict(
        dataset_name=name,
        paper_info={},
        keypoint_info={
            i: dict(name=n, id=i, color=[0, 0, 0], swap=swap.get(n, ''))
            for i, n in enumerate(names)
        },
        skeleton_info={},
        joint_weights=[1.0] * k,
        sigmas=[0.05] * k,
    )


def clean_file(root, k=17, people=(2, 4, 1), **options):
    """Write pictures and a file whose people are of COCO's medium size."""
    file = write_data_set(
        root, num_keypoints=k, people=people, size=(160, 120), **options
    )
    content = read(file)
    # keypoints spread over more than 32 pixels, as boxes of COCO do
    for annotation in people_of(content):
        w, h = annotation['bbox'][2:]
        annotation['area'] = 0.8 * w * h + 400
    file.write_text(json.dumps(content))
    return file


def noisy_predictions(content, noise=1.0, seed=0):
    """Predict the labelled people with noise, by file name.

    Returns:
        dict: file name to keypoints (N, K, 2) and scores (N,).
    """
    rng = np.random.default_rng(seed)
    names = {image['id']: image['file_name'] for image in content['images']}
    found = {name: ([], []) for name in names.values()}
    for annotation in people_of(content):
        points = np.reshape(annotation['keypoints'], (-1, 3))
        name = names[annotation['image_id']]
        found[name][0].append(
            points[:, :2] + rng.normal(0, noise, points[:, :2].shape)
        )
        found[name][1].append(rng.uniform(0.3, 1))
    return found


def predicted_sample(info, keypoints, scores):
    """Pack people of an image of a data set as the model's sample."""
    return dict(
        id=info['id'],
        img_id=info['img_id'],
        pred_instances=dict(
            keypoints=keypoints,
            keypoint_scores=np.ones(keypoints.shape[:2]),
            bbox_scores=np.array(scores, dtype=float),
        ),
        gt_instances={},
    )


def evaluate(data_set, found, kind='BottomupCocoMetric', **options):
    """Evaluate predictions on a data set.

    Args:
        data_set: A data set in test mode.
        found: As from :func:`noisy_predictions`; names without folders.
        kind: Type of the metric.
        options: Its options.

    Returns:
        dict: what the metric returns.
    """
    options = dict(
        dict(ann_file=data_set.ann_file, nms_mode='none', score_mode='bbox'),
        **options,
    )
    metric = METRICS.build(dict(type=kind, **options))
    metric.dataset_meta = data_set.metainfo
    k = data_set.metainfo['num_keypoints']
    samples = []
    for i in range(len(data_set)):
        info = data_set.get_data_info(i)
        keypoints, scores = found.get(Path(info['img_path']).name, ([], []))
        keypoints = np.reshape(keypoints, (-1, k, 2))
        samples.append(predicted_sample(info, keypoints, scores))
    metric.process({}, samples)
    return metric.evaluate(size=len(samples))


def evaluate_truth(data_set, metric):
    """Evaluate the annotations of a test set as if they were predicted.

    Args:
        data_set: A data set in test mode.
        metric: Config of the metric.

    Returns:
        dict: what the metric returns.
    """
    metric = METRICS.build(
        dict(metric, ann_file=data_set.ann_file, nms_mode='none')
    )
    metric.dataset_meta = data_set.metainfo
    for i in range(len(data_set)):
        info = data_set.get_data_info(i)
        labelled = np.array(info['num_keypoints']) > 0
        visible = info['keypoints_visible'][labelled]
        people = dict(
            keypoints=info['keypoints'][labelled],
            keypoint_scores=np.ones_like(visible),
            bbox_scores=np.ones(len(visible)),
        )
        metric.process(
            None,
            [
                dict(
                    id=info['id'],
                    img_id=info['img_id'],
                    pred_instances=people,
                    gt_instances={},
                )
            ],
        )
    return metric.evaluate(size=len(data_set))
