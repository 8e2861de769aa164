"""Ground truth as maps: our decoder against the plain official steps.

The maps of every image are made from its annotation. Whatever AP they give,
the decoder and a literal implementation of the official algorithm must agree
on it.
"""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers import reference_groups, reference_offset
from small_configs import ROOT

from higherhrnet_plugin import (
    AggregatingBottomupDecoder,
    MultiResolutionAssociativeEmbedding,
)
from higherhrnet_plugin.compat.coco_tools import COCO, COCOeval
from higherhrnet_plugin.structures.geometry import (
    place_image,
)

ORDER = (0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16)
SIGMAS = np.array(
    [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]
)


@pytest.fixture(scope='module', params=['synthetic', 'coco_mini'])
def annotations(request, tmp_path_factory):
    """Give an annotation file and the input size to test it at."""
    if request.param == 'coco_mini':
        data = os.environ.get('HIGHERHRNET_TEST_DATA')
        if not data:
            pytest.skip('HIGHERHRNET_TEST_DATA is not set')
        folder = Path(data) / 'coco_mini' / 'annotations'
        return folder / 'person_keypoints_val2017.json', 512
    out = tmp_path_factory.mktemp('synthetic')
    tool = ROOT / 'tools' / 'dataset_converters' / 'make_synthetic_people.py'
    command = [sys.executable, str(tool), str(out), '--num-train', '1']
    subprocess.run([*command, '--num-val', '12', '--workers', '1'], check=True)
    return out / 'annotations' / 'person_keypoints_val.json', 256


def make_maps(people, placement):
    """Encode people (N, 17, 3) and paint their numbers as tags."""
    size = placement.size
    codec = MultiResolutionAssociativeEmbedding(
        size, [(size[0] // s, size[1] // s) for s in (4, 2)]
    )
    points = people[..., :2].astype(np.float64)
    if len(points):
        points = cv2.transform(points, placement.warp_mat)
    encoded = codec.encode(points, people[..., 2])
    low, high = encoded['heatmaps']
    tags = np.zeros_like(low)
    for n, person in enumerate(encoded['keypoint_indices']):
        for k in np.flatnonzero(person[:, 1]):
            y, x = divmod(int(person[k, 0]), low.shape[2])
            tags[k, max(0, y - 3) : y + 4, max(0, x - 3) : x + 4] = 3 * n + 1
    return [torch.from_numpy(a)[None] for a in (low, tags, high)]


def literal_people(low, tags, high, size):
    """Aggregate, group, adjust and fill with the official steps."""

    def enlarge(maps, shape):
        return F.interpolate(
            maps, size=shape, mode='bilinear', align_corners=False
        )

    shape = high.shape[-2:]
    heatmaps = (enlarge(low, shape) + high) / 2
    heatmaps = enlarge(heatmaps, size[::-1])
    tags = enlarge(enlarge(tags, shape), size[::-1])[0].numpy()
    peaks = F.max_pool2d(heatmaps, 5, 1, 2)
    peaks = heatmaps * (peaks == heatmaps).float()
    scores, positions = peaks[0].flatten(1).topk(30, dim=1)
    heatmaps, candidates = heatmaps[0].numpy(), []
    for k in range(17):
        y, x = np.divmod(positions[k].numpy(), size[0])
        rows = zip(x, y, scores[k].numpy(), tags[k, y, x][:, None])
        candidates.append([row for row in rows if row[2] > 0.1])
    people = reference_groups(candidates, ORDER, 1.0, 30)
    results = []
    for person in people:
        score = person[:, 2].mean()
        own = np.flatnonzero(person[:, 2] > 0)
        cells = person[:, :2].astype(int)
        mean = np.mean([tags[k, cells[k, 1], cells[k, 0]] for k in own])
        for k in range(17):
            x, y, value = *cells[k], person[k, 2]
            if k not in own:
                fit = heatmaps[k] - np.round(np.abs(tags[k] - mean))
                y, x = np.unravel_index(np.argmax(fit), fit.shape)
                value = heatmaps[k, y, x]
            if value > 0:
                person[k] = *reference_offset(heatmaps[k], x, y), value
        results.append((person, score))
    return results


def average_precision(coco, results):
    """Evaluate (image id, keypoints (17, 3), score) rows."""
    rows = [
        dict(
            image_id=image,
            category_id=1,
            keypoints=person.reshape(-1).tolist(),
            score=float(score),
        )
        for image, person, score in results
    ]
    evaluation = COCOeval(
        coco, coco.loadRes(rows), 'keypoints', SIGMAS / 1000, True
    )
    evaluation.params.useSegm = None
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    return evaluation.stats[0]


def test_oracle_ap_equals_the_literal_algorithm(annotations):
    file, input_size = annotations
    coco = COCO(str(file))
    ours, literal = [], []
    for image in coco.loadImgs(coco.getImgIds()):
        rows = coco.loadAnns(coco.getAnnIds(image['id'], iscrowd=False))
        people = np.array([row['keypoints'] for row in rows], np.float32)
        people = people.reshape(-1, 17, 3)
        placement = place_image(
            (image['width'], image['height']), (input_size,) * 2
        )
        low, tags, high = make_maps(people, placement)
        decoder = AggregatingBottomupDecoder()
        maps = decoder.aggregate(
            [[[(low, tags), (high, None)]]], base_size=placement.size
        )
        keypoints, scores, instance = decoder.batch_decode(*maps)
        found = np.concatenate((keypoints[0], scores[0][..., None]), axis=2)
        inverse = cv2.invertAffineTransform(placement.warp_mat)
        for target, people in (
            (ours, zip(found.astype(np.float64), instance[0])),
            (literal, literal_people(low, tags, high, placement.size)),
        ):
            for person, score in people:
                person[:, :2] = cv2.transform(person[None, :, :2], inverse)
                target.append((image['id'], person, score))
    ap = average_precision(coco, ours)
    assert abs(ap - average_precision(coco, literal)) <= 0.005
    # the maps hold the truth, so a common mistake of both would show here
    assert ap > 0.9
