"""AP of known predictions, with the evaluators of the shipped configs.

Every expected value is worked out by hand or with ``reference_ap``, COCO's
average precision in a few lines. People are far apart, so that a prediction
matches the person it was made from, or nobody.
"""

from functools import cache
from itertools import count

import cv2
import numpy as np
import pytest
from data_sets import write_data_set
from helpers import write_json
from mmengine.config import Config
from mmengine.evaluator import Evaluator
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmengine.structures import InstanceData
from mmpose.registry import DATASETS, METRICS
from small_configs import CONFIGS, TINY, load_small

from higherhrnet_plugin import MultiScaleBottomupPoseEstimator

# published constants of both benchmarks, in thousandths
SIGMAS = {
    'coco': [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107]
    + [87, 87, 89, 89],
    'crowdpose': [79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89, 79, 79],
}
# part of the area of a box that counts as a person's, without segmentation
AREA_OF_BOX = {'coco': 1.0, 'crowdpose': 0.53}
OKS_THRESHOLDS = [0.5 + 0.05 * i for i in range(10)]
# precision stays 1 up to recall 1/2, which 51 of 101 recalls do not exceed
HALF = 51 / 101
LARGE, MEDIUM = 100, 60
BENCHMARKS = ['coco', 'crowdpose']


class Person:
    """A person with all keypoints in a square of ``side`` pixels."""

    def __init__(self, benchmark, place, side=LARGE):
        self.sigmas = np.array(SIGMAS[benchmark]) / 1000
        self.side = side
        self.area = AREA_OF_BOX[benchmark] * side**2
        rng = np.random.default_rng(place)
        corner = np.array([20 + 150 * (place % 4), 20 + 110 * (place // 4)])
        self.corner = corner.astype(float)
        self.points = corner + rng.uniform(0, side, (len(self.sigmas), 2))

    def annotation(self):
        keypoints = np.insert(self.points, 2, 2, axis=1)
        return dict(
            keypoints=keypoints.reshape(-1).tolist(),
            num_keypoints=len(keypoints),
            bbox=[*self.corner.tolist(), self.side, self.side],
            area=self.area,
            iscrowd=0,
        )

    def at(self, oks):
        """Shift every keypoint so far that its similarity is ``oks``."""
        scale = 2 * self.sigmas * np.sqrt(self.area)
        points = self.points.copy()
        points[:, 0] += scale * np.sqrt(-2 * np.log(oks))
        return points

    def elsewhere(self):
        """Move the person to where nobody is."""
        return self.points + (0, 5000)


def reference_ap(hits, total):
    """Average the best precision over 101 recalls.

    ``hits`` tells of every prediction, best score first, whether it is right;
    ``total`` people can be found.
    """
    right = np.cumsum(hits)
    recall, precision = right / total, right / np.arange(1, len(hits) + 1)
    best = [
        max(precision[recall >= r - 1e-9], default=0)
        for r in np.linspace(0, 1, 101)
    ]
    return float(np.mean(best))


@cache
def read_config(benchmark):
    name = f'ae_higherhrnet-w32_8xb24-300e_{benchmark}-512x512'
    return Config.fromfile(next(path for path in CONFIGS if path.stem == name))


@pytest.fixture
def evaluate(tmp_path):
    """Return a function that evaluates images of one benchmark.

    Each image is ``dict(people, found, index, crowd)``: people that are
    there, rows (points (K, 2), score) that are predicted, the crowd index and
    the box of a crowd.
    """

    def run(benchmark, images, **options):
        cfg = read_config(benchmark).copy()
        init_default_scope('mmpose')
        file = write_json(tmp_path / 'gt.json', describe(images))
        for i in range(len(images)):
            path = str(tmp_path / f'{i + 1}.png')
            cv2.imwrite(path, np.zeros((480, 640, 3), np.uint8))
        data = cfg.test_dataloader.dataset
        data.update(data_root='', ann_file=file)
        data.data_prefix = dict(img=str(tmp_path))
        data.pipeline[1].input_size = (64, 64)
        dataset = DATASETS.build(data)
        metric = dict(cfg.test_evaluator, ann_file=file, **options)
        evaluator = Evaluator(METRICS.build(metric))
        evaluator.dataset_meta = dataset.metainfo
        assert len(dataset) == len(images)
        for i in range(len(dataset)):
            sample = dataset[i]['data_samples']
            found = images[sample.img_id - 1].get('found', [])
            evaluator.process([predict(sample, found)])
        return strip(evaluator.evaluate(len(dataset)), benchmark)

    return run


def describe(images):
    """Write the people of all images in COCO's format."""
    numbers, annotations = count(1), []
    for i, image in enumerate(images, 1):
        rows = [person.annotation() for person in image.get('people', [])]
        if 'crowd' in image:
            k = len(image['people'][0].points)
            rows.append(
                dict(
                    keypoints=[0] * 3 * k,
                    num_keypoints=0,
                    bbox=image['crowd'],
                    area=float(np.prod(image['crowd'][2:])),
                    iscrowd=1,
                )
            )
        for row in rows:
            number = next(numbers)
            annotations.append(dict(row, id=number, image_id=i, category_id=1))
    return dict(
        images=[
            dict(
                id=i,
                file_name=f'{i}.png',
                width=640,
                height=480,
                crowdIndex=image.get('index', 0.5),
            )
            for i, image in enumerate(images, 1)
        ],
        annotations=annotations,
        categories=[dict(id=1, name='person', keypoints=[], skeleton=[])],
    )


def predict(sample, found):
    """Put people into a sample as head and estimator do."""
    k = len(sample.metainfo['flip_indices'])
    points = np.array([row[0] for row in found]).reshape(-1, k, 2)
    corner = sample.input_center - 0.5 * sample.input_scale
    in_input = (points - corner) / sample.input_scale * sample.input_size
    scores = np.array([row[1] for row in found], np.float32)
    people = InstanceData(
        keypoints=in_input.astype(np.float32),
        # with these, any other `score_mode` gives the opposite order
        keypoint_scores=(1 / scores.clip(0.01) - 1)[:, None].repeat(k, 1),
        bbox_scores=scores,
    )
    (sample,) = MultiScaleBottomupPoseEstimator.add_pred_to_datasample(
        None, [people], None, [sample]
    )
    return sample


def strip(metrics, benchmark):
    """Take the prefix and blanks off the names."""
    assert all(name.startswith(f'{benchmark}/') for name in metrics)
    return {
        name.split('/')[1].replace(' ', ''): value
        for name, value in metrics.items()
    }


def assert_values(metrics, **expected):
    """Compare some values; names as AP50 and AP_M."""
    for name, value in expected.items():
        key = name.replace('50', '.5').replace('75', '.75')
        key = f'{key[:2]}({key[3:]})' if '_' in key else key
        # the values of the three bands are rounded to four digits
        assert metrics[key] == pytest.approx(value, abs=6e-5), name


def people_of(benchmark, number, side=LARGE):
    return [Person(benchmark, place, side) for place in range(number)]


def perfect(people, score=0.9):
    return [(person.points, score) for person in people]


def test_perfect_predictions_of_coco(evaluate):
    images = [
        dict(people=people, found=perfect(people))
        for people in (
            people_of('coco', 3, LARGE),
            people_of('coco', 2, MEDIUM),
        )
    ]
    metrics = evaluate('coco', images)
    assert set(metrics) == {
        *('AP', 'AP.5', 'AP.75', 'AP(M)', 'AP(L)'),
        *('AR', 'AR.5', 'AR.75', 'AR(M)', 'AR(L)'),
    }
    assert_values(metrics, AP=1, AP50=1, AP75=1)
    assert_values(metrics, AP_M=1, AP_L=1, AR=1, AR_M=1, AR_L=1)


def test_sizes_of_coco(evaluate):
    large, medium = people_of('coco', 4), people_of('coco', 4, MEDIUM)
    images = [
        dict(people=large, found=perfect(large[:2])),
        dict(people=medium, found=perfect(medium)),
    ]
    # 6 of 8: recalls 0 to 0.75 of 0, 0.01, ..., 1
    metrics = evaluate('coco', images)
    assert_values(metrics, AP=76 / 101, AP_L=HALF, AP_M=1, AR_L=0.5, AR=0.75)


# index of a band's image: below 0.2 is easy, from 0.8 on hard
@pytest.mark.parametrize(
    'indices', [(0.05, 0.5, 0.95), (0.19, 0.2, 0.8), (0.0, 0.79, 1.0)]
)
@pytest.mark.parametrize('found', [(1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_bands_of_crowdpose(evaluate, indices, found):
    people = people_of('crowdpose', 2)
    images = [
        dict(people=people, index=index, found=perfect(people[: 2 * seen]))
        for index, seen in zip(indices, found)
    ]
    metrics = evaluate('crowdpose', images)
    assert set(metrics) == {
        'AP',
        'AP.5',
        'AP.75',
        'AR',
        'AR.5',
        'AR.75',
        *('AP(E)', 'AP(M)', 'AP(H)'),
    }
    assert_values(metrics, AP_E=found[0], AP_M=found[1], AP_H=found[2])
    # one band of three: recalls 0 to 0.33
    total = 1 if all(found) else 34 / 101
    assert_values(metrics, AP=total, AP50=total, AP75=total)


def test_a_band_is_evaluated_by_itself(evaluate):
    people = people_of('crowdpose', 2)
    images = [
        dict(people=people, index=0.1, found=perfect(people)),
        dict(people=people, index=0.5, found=perfect(people[:1])),
        # OKS between 0.60 and 0.65 passes 3 of 10 thresholds
        dict(
            people=people,
            index=0.9,
            found=[(person.at(0.62), 0.9) for person in people],
        ),
    ]
    metrics = evaluate('crowdpose', images)
    assert_values(metrics, AP_E=1, AP_M=HALF, AP_H=0.3)


@pytest.mark.parametrize('benchmark', BENCHMARKS)
class TestBothBenchmarks:
    def test_half_of_the_people(self, evaluate, benchmark):
        people = people_of(benchmark, 4)
        images = [dict(people=people, found=perfect(people[1:3]))]
        metrics = evaluate(benchmark, images)
        assert_values(metrics, AP=HALF, AP50=HALF, AP75=HALF, AR=0.5)

    @pytest.mark.parametrize(
        ('oks', 'passed'),
        [(0.48, 0), (0.52, 1), (0.62, 3), (0.74, 5), (0.76, 6), (0.96, 10)],
    )
    def test_a_shifted_prediction(self, evaluate, benchmark, oks, passed):
        (person,) = people_of(benchmark, 1)
        images = [dict(people=[person], found=[(person.at(oks), 0.9)])]
        metrics = evaluate(benchmark, images)
        assert_values(
            metrics,
            AP=passed / 10,
            AP50=float(oks > 0.5),
            AP75=float(oks > 0.75),
            AR=passed / 10,
        )

    @pytest.mark.parametrize(
        ('score', 'expected'), [(0.9, 1 / 2), (0.1, 1)], ids=['top', 'end']
    )
    def test_a_false_person(self, evaluate, benchmark, score, expected):
        (person,) = people_of(benchmark, 1)
        found = [(person.points, 0.5), (person.elsewhere(), score)]
        images = [dict(people=[person], found=found)]
        assert_values(evaluate(benchmark, images), AP=expected, AR=1)

    def test_scores_of_all_images_are_ordered_together(
        self, evaluate, benchmark
    ):
        people = people_of(benchmark, 2)
        false = people[0].elsewhere()
        images = [
            dict(people=people, found=[*perfect(people, 0.3), (false, 0.6)]),
            dict(people=people, found=perfect(people, 0.8)),
        ]
        metrics = evaluate(benchmark, images)
        # right, right, false, right, right of 4
        expected = (51 * 1 + 50 * 4 / 5) / 101
        assert expected == pytest.approx(reference_ap([1, 1, 0, 1, 1], 4))
        assert_values(metrics, AP=expected, AP50=expected, AR=1)

    def test_a_second_prediction_of_a_person_is_false(
        self, evaluate, benchmark
    ):
        people = people_of(benchmark, 2)
        found = [
            (people[0].points, 0.9),
            (people[0].at(0.97), 0.8),
            (people[1].points, 0.7),
        ]
        metrics = evaluate(benchmark, [dict(people=people, found=found)])
        # recall 1/2 at precision 1, then 2 right ones of 3; suppression
        # (`nms_mode`) would take the second away and give 1
        assert_values(metrics, AP=(51 + 50 * 2 / 3) / 101)

    def test_two_people_at_one_place_are_both_kept(self, evaluate, benchmark):
        first, second = people_of(benchmark, 2)
        second.points = first.at(0.97)
        second.corner = first.corner
        people = [first, second]
        images = [dict(people=people, found=perfect(people))]
        assert_values(evaluate(benchmark, images), AP=1)
        # the test sees suppression
        metrics = evaluate(benchmark, images, nms_mode='oks_nms')
        assert_values(metrics, AP=HALF)

    def test_twenty_people_of_an_image_count(self, evaluate, benchmark):
        (person,) = people_of(benchmark, 1)
        false = [(person.elsewhere(), 0.9)] * 19
        found = [*false, (person.points, 0.5)]
        images = [dict(people=[person], found=found)]
        assert_values(evaluate(benchmark, images), AP=1 / 20)
        found.insert(0, false[0])
        assert_values(evaluate(benchmark, images), AP=0)

    def test_who_is_in_a_crowd_is_not_false(self, evaluate, benchmark):
        (person,) = people_of(benchmark, 1)
        image = dict(
            people=[person],
            found=[(person.elsewhere(), 0.9), (person.points, 0.5)],
        )
        assert_values(evaluate(benchmark, [image]), AP=1 / 2)
        image['crowd'] = [0, 4900, 400, 400]
        assert_values(evaluate(benchmark, [image]), AP=1)

    def test_an_image_without_predictions(self, evaluate, benchmark):
        people = people_of(benchmark, 1)
        images = [dict(people=people), dict(people=people)]
        images[1]['found'] = perfect(people)
        metrics = evaluate(benchmark, images)
        assert_values(metrics, AP=HALF, AP50=HALF, AP75=HALF, AR=0.5)

    def test_an_image_without_people(self, evaluate, benchmark):
        (person,) = people_of(benchmark, 1)
        images = [dict(people=[person], found=perfect([person])), dict()]
        assert_values(evaluate(benchmark, images), AP=1)
        images[1]['found'] = [(person.points, 0.95)]
        assert_values(evaluate(benchmark, images), AP=1 / 2)

    def test_nobody_is_predicted(self, evaluate, benchmark):
        people = people_of(benchmark, 2)
        images = [dict(people=people, index=i) for i in (0.1, 0.5, 0.9)]
        metrics = evaluate(benchmark, images)
        assert_values(metrics, AP=0, AP50=0, AP75=0, AR=0)
        if benchmark == 'crowdpose':
            assert_values(metrics, AP_E=0, AP_M=0, AP_H=0)

    @pytest.mark.parametrize('seed', range(3))
    def test_random_predictions(self, evaluate, benchmark, seed):
        rng = np.random.default_rng(seed)
        images, rows = [], []
        for _ in range(4):
            people = people_of(benchmark, rng.integers(1, 9))
            # scores that differ, and OKS away from the thresholds
            found = []
            for person in people:
                oks = 0.475 + 0.05 * rng.integers(0, 11)
                if rng.random() < 0.2:
                    oks, points = 0, person.elsewhere()
                elif rng.random() < 0.2:
                    continue
                else:
                    points = person.at(oks)
                score = rng.permutation(1000)[0] / 1000 + 1e-5 * len(rows)
                found.append((points, score))
                rows.append((score, oks))
            images.append(dict(people=people, found=found))
        rows.sort(reverse=True)
        total = sum(len(image['people']) for image in images)
        aps = [
            reference_ap([oks >= t for _, oks in rows], total)
            for t in OKS_THRESHOLDS
        ]
        assert 0 < aps[5] < aps[0] < 1
        metrics = evaluate(benchmark, images)
        assert_values(metrics, AP=np.mean(aps), AP50=aps[0], AP75=aps[5])


def test_a_run_that_finds_nobody_has_ap_0(tmp_path):
    cfg = load_small(TINY, write_data_set(tmp_path), tmp_path / 'work')
    cfg.model.head.decoder.score_thr = 1e6
    cfg.experiment_name = 'nobody'
    metrics = strip(Runner.from_cfg(cfg).test(), 'coco')
    assert_values(metrics, AP=0, AP50=0, AR=0)
