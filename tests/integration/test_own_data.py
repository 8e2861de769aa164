"""Files of labelling tools train and evaluate like the clean file."""

import copy
import json
import shutil

import numpy as np
import pycocotools.mask as coco_mask
import pytest
import torch
from data_sets import write_data_set
from helpers import KEYPOINTS
from mmengine.dataset import pseudo_collate
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import DATASETS, MODELS
from own_data import (
    clean_file,
    evaluate,
    metainfo,
    noisy_predictions,
    people_of,
    read,
)
from small_configs import TINY, load_small

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.datasets.coco_repair import derive_area


def drop(*names):
    """Make a malformation that lacks keys of the people."""

    def change(content, root):
        for person in people_of(content):
            for name in names:
                del person[name]

    return change


def put(name, value):
    """Make a malformation that sets a key of the people."""

    def change(content, root):
        for person in people_of(content):
            person[name] = value

    return change


def put_rle(form):
    """Make a malformation with run-length encodings of the boxes."""

    def change(content, root):
        for person in people_of(content):
            x, y, w, h = np.int64(person['bbox'])
            mask = np.zeros((120, 160), np.uint8, order='F')
            mask[y : y + h, x : x + w] = 1
            rle = coco_mask.encode(mask)
            if form == 'text':
                rle['counts'] = rle['counts'].decode()
            else:
                flat = mask.flatten(order='F').astype(int)
                edges = np.flatnonzero(np.diff(flat)) + 1
                runs = np.diff([0, *edges, flat.size]).tolist()
                rle = dict(size=[120, 160], counts=runs)
            person['segmentation'] = rle

    return change


def text_ids(content, root):
    for image in content['images']:
        image['id'] = f'image-{image["id"]}'
    for i, annotation in enumerate(content['annotations']):
        annotation['image_id'] = f'image-{annotation["image_id"]}'
        annotation['id'] = f'{i:x}-uuid'


def numbers_as_text(content, root):
    # the ids of the images only, as some tools do
    for image in content['images']:
        image['id'] = str(image['id'])


def category_nine(content, root):
    for record in content['annotations']:
        record['category_id'] = 9
    content['categories'] = [dict(id=9, name='cat', keypoints=['p'] * 17)]


def several_categories(content, root):
    category_nine(content, root)
    content['categories'].insert(0, dict(id=2, name='car'))
    content['annotations'].append(
        dict(id=900, image_id=1, category_id=2, bbox=[1, 2, 3, 4])
    )


def no_categories(content, root):
    del content['categories']


def no_category_ids(content, root):
    for record in content['annotations']:
        del record['category_id']


def rename(to_disk, to_file):
    """Make a malformation of file names."""

    def change(content, root):
        for image in content['images']:
            old = image['file_name']
            path = root / 'images' / to_disk(old)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(root / 'images' / old, path)
            image['file_name'] = to_file(old)

    return change


def unknown_image(content, root):
    record = copy.deepcopy(content['annotations'][-1])
    content['annotations'].append(dict(record, id=901, image_id=77))


def repeats(content, root):
    content['images'].append(dict(content['images'][0]))
    content['annotations'].append(dict(content['annotations'][1]))


def ids_used_twice(content, root):
    for annotation in content['annotations']:
        annotation['id'] = 5


def no_ids(content, root):
    for annotation in content['annotations']:
        del annotation['id']


def no_size(content, root):
    for image in content['images']:
        del image['width'], image['height']


def nested(content, root):
    for person in people_of(content):
        person['keypoints'] = np.reshape(person['keypoints'], (-1, 3)).tolist()


def nothing_for_unlabelled(value):
    """Make a malformation of the positions of what is not labelled."""

    def change(content, root):
        for person in people_of(content):
            points = np.reshape(person['keypoints'], (-1, 3)).tolist()
            for point in points:
                if point[2] == 0:
                    point[:2] = value, value
            person['keypoints'] = np.ravel(points).tolist()

    return change


def lost_picture(content, root):
    content['images'].append(
        dict(id=50, file_name='lost.png', width=160, height=120)
    )


def numbered(number):
    """Make a malformation of the ids of annotations."""

    def change(content, root):
        for i, annotation in enumerate(content['annotations']):
            annotation['id'] = number(i)

    return change


def padded_image_ids(content, root):
    for annotation in content['annotations']:
        annotation['image_id'] = f'{annotation["image_id"]:012d}'


def names_as_image_ids(content, root):
    names = {image['id']: image['file_name'] for image in content['images']}
    for annotation in content['annotations']:
        annotation['image_id'] = names[annotation['image_id']]


def text_of(*names):
    """Make a malformation of numbers in text."""

    def to_text(value):
        return (
            [*map(to_text, value)] if isinstance(value, list) else f'{value}'
        )

    def change(content, root):
        for person in people_of(content):
            for name in names:
                person[name] = to_text(person[name])

    return change


def parent_category(content, root):
    content['categories'].insert(0, dict(id=0, name='people'))


def other_order(content, root):
    names = DATASETS.get('BottomupCocoDataset')._load_metainfo(
        dict(from_file='configs/_base_/datasets/coco.py')
    )['keypoint_id2name']
    order = np.random.default_rng(0).permutation(17)
    content['categories'][0]['keypoints'] = [names[i] for i in order]
    for person in people_of(content):
        points = np.reshape(person['keypoints'], (-1, 3))[order]
        person['keypoints'] = points.reshape(-1).tolist()


def everybody_twice(content, root):
    for person in people_of(copy.deepcopy(content)):
        content['annotations'].append(dict(person, id=person['id'] + 100))


def corners(content, root):
    for annotation in content['annotations']:
        x, y, w, h = annotation['bbox']
        annotation['bbox'] = [x, y, x + w, y + h]


def from_the_other_corner(content, root):
    for person in people_of(content):
        x, y, w, h = person['bbox']
        person['bbox'] = [x + w, y + h, -w, -h]


def polygons_of_points(content, root):
    for person in people_of(content):
        (polygon,) = person['segmentation']
        points = np.reshape(polygon, (-1, 2)).tolist()
        person['segmentation'] = [[dict(x=x, y=y) for x, y in points]]


MALFORMED = {
    'negative ids': numbered(lambda i: -1 - i),
    'ids of 128 bits': numbered(lambda i: 2**127 + i),
    'ids from 0': numbered(lambda i: i),
    'padded image ids': padded_image_ids,
    'names as image ids': names_as_image_ids,
    'keypoints in text': text_of('keypoints'),
    'boxes and areas in text': text_of('bbox', 'area'),
    'parent category': parent_category,
    'keypoints in another order': other_order,
    'everybody twice': everybody_twice,
    'x1, y1, x2, y2': corners,
    'boxes from the other corner': from_the_other_corner,
    'polygons of points': polygons_of_points,
    'no segmentation': drop('segmentation'),
    'segmentation None': put('segmentation', None),
    'segmentation empty': put('segmentation', []),
    'segmentation of nothing': put('segmentation', [[]]),
    'odd polygon': put('segmentation', [[1, 2, 3, 4, 5, 6, 7]]),
    'rle': put_rle('list'),
    'compressed rle': put_rle('text'),
    'no box': drop('bbox'),
    'box None': put('bbox', None),
    'box of zeros': put('bbox', [0, 0, 0, 0]),
    'box of NaN': put('bbox', [float('nan')] * 4),
    'no num_keypoints': drop('num_keypoints'),
    'num_keypoints 0': put('num_keypoints', 0),
    'no iscrowd': drop('iscrowd'),
    'keypoints only': drop('bbox', 'segmentation', 'num_keypoints', 'iscrowd'),
    'text ids': text_ids,
    'numbers as text': numbers_as_text,
    'category nine': category_nine,
    'several categories': several_categories,
    'no categories': no_categories,
    'no category ids': no_category_ids,
    'spaces': rename(lambda n: f'my {n}', lambda n: f'my {n}'),
    'unicode': rename(lambda n: f'größe-人-{n}', lambda n: f'größe-人-{n}'),
    'unicode, decomposed': rename(
        lambda n: f'gr\u00f6\u00dfe-{n}', lambda n: f'gro\u0308\u00dfe-{n}'
    ),
    'folders': rename(lambda n: f'a/b c/{n}', lambda n: f'a/b c/{n}'),
    'backslashes': rename(lambda n: f'a/{n}', lambda n: f'a\\{n}'),
    'percent': rename(lambda n: f'my {n}', lambda n: f'my%20{n}'),
    'other folder': rename(lambda n: n, lambda n: f'/home/someone/x/{n}'),
    'other capital letters': rename(
        lambda n: f'Image-{n}', lambda n: f'image-{n}'
    ),
    'address': rename(
        lambda n: n, lambda n: f'https://example.org/x/{n}?key=a/b.png'
    ),
    'windows folder': rename(lambda n: n, lambda n: f'C:\\data\\{n}'),
    'unknown image': unknown_image,
    'repeats': repeats,
    'ids used twice': ids_used_twice,
    'no annotation ids': no_ids,
    'no image size': no_size,
    'nested keypoints': nested,
    'NaN where not labelled': nothing_for_unlabelled(float('nan')),
    'None where not labelled': nothing_for_unlabelled(None),
}


@pytest.fixture(scope='module')
def clean(tmp_path_factory):
    return clean_file(tmp_path_factory.mktemp('clean'))


@pytest.fixture(scope='module')
def train_step(clean, tmp_path_factory):
    """Return a function that runs one real training step on a file."""
    cfg = load_small(TINY, clean, tmp_path_factory.mktemp('model'))
    init_default_scope('mmpose')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).train()
    pipeline = cfg.train_dataloader.dataset.pipeline
    codec = cfg.codec
    optimizer = OptimWrapper(torch.optim.SGD(model.parameters(), 1e-4))

    def step(file, **options):
        data_set = load(file, False, pipeline, codec=codec, **options)
        batch = pseudo_collate([data_set[i] for i in range(len(data_set))])
        losses = model.train_step(batch, optimizer)
        assert losses['loss'] > 0
        assert all(torch.isfinite(v).all() for v in losses.values())

    return step


@pytest.fixture
def copy_of(clean, tmp_path):
    """Write a changed copy of the clean data set."""

    def write(change):
        root = tmp_path / 'data'
        shutil.copytree(clean.parent, root)
        content = read(root / clean.name)
        change(content, root)
        (root / clean.name).write_text(json.dumps(content))
        return root / clean.name

    return write


def load(file, test_mode, pipeline=(), **options):
    return DATASETS.build(
        dict(
            dict(
                type='BottomupCocoDataset',
                ann_file=str(file),
                data_prefix=dict(img=str(file.parent / 'images')),
                test_mode=test_mode,
                pipeline=list(pipeline),
                # packing collects garbage, which takes long
                serialize_data=False,
            ),
            **options,
        )
    )


def scores(file, clean, **options):
    """Evaluate the same predictions on a file and on the clean one."""
    found = noisy_predictions(read(clean))
    # names on disk may differ; the numbers at their ends do not
    found = {name[-5:]: people for name, people in found.items()}
    data_set = load(file, True, **options)
    named = {}
    for i in range(len(data_set)):
        path = data_set.get_data_info(i)['img_path']
        named[path.split('/')[-1]] = found[path[-5:]]
    return evaluate(data_set, named), evaluate(load(clean, True), found)


@pytest.mark.parametrize('name', MALFORMED)
def test_it_trains_and_evaluates_like_the_clean_file(
    name, clean, copy_of, train_step
):
    file = copy_of(MALFORMED[name])
    train_step(file)
    found, expected = scores(file, clean)
    assert 0 < expected['coco/AP'] < 1
    assert 0 < expected['coco/AP (M)'] < 1
    assert found == expected


@pytest.mark.parametrize(
    'change',
    [
        drop('area'),
        put('area', None),
        put('area', 0),
        put('area', float('nan')),
        drop('area', 'num_keypoints', 'iscrowd'),
    ],
    ids=['missing', 'None', '0', 'NaN', 'and more'],
)
def test_a_missing_area_is_that_of_the_same_rule(
    change, clean, copy_of, train_step, tmp_path
):
    def derived(content, root):
        for person in people_of(content):
            person['area'] = 0.53 * person['bbox'][2] * person['bbox'][3]

    def without(content, root):
        drop('segmentation')(content, root)
        change(content, root)

    root = tmp_path / 'expected'
    shutil.copytree(clean.parent, root)
    content = read(clean)
    derived(content, root)
    expected_file = root / clean.name
    expected_file.write_text(json.dumps(content))
    file = copy_of(without)
    train_step(file)
    found, expected = scores(file, expected_file)
    assert 0 < expected['coco/AP'] < 1
    assert found == expected
    other, _ = scores(clean, clean)
    assert other != found
    assert derive_area([0, 0, 10, 20]) == pytest.approx(106)


def test_lost_pictures_are_left_out_of_training_and_evaluation(
    clean, copy_of, train_step
):
    def change(content, root):
        lost_picture(content, root)
        record = copy.deepcopy(content['annotations'][-1])
        content['annotations'].append(dict(record, id=902, image_id=50))

    file = copy_of(change)
    with pytest.raises(FileNotFoundError, match=r"1 of 4 .*'lost\.png'"):
        train_step(file)
    train_step(file, missing_images='drop')
    found, expected = scores(file, clean, missing_images='drop')
    assert found == expected


def test_all_at_once_through_the_runner(clean, copy_of, tmp_path):
    def change(content, root):
        for name in (
            'None where not labelled',
            'backslashes',
            'text ids',
            'keypoints only',
            'no image size',
            'several categories',
        ):
            MALFORMED[name](content, root)
        for person in people_of(content):
            person.pop('area', None)

    file = copy_of(change)
    cfg = load_small(TINY, file, tmp_path / 'work')
    for name in ('val', 'test'):
        cfg[f'{name}_evaluator']['type'] = 'BottomupCocoMetric'
    cfg.experiment_name = tmp_path.name
    runner = Runner.from_cfg(cfg)
    runner.train()
    metrics = runner.val_loop.run()
    assert 0 <= metrics['coco/AP'] <= 1
    # the checkpoint holds nothing that a safe load refuses
    torch.load(tmp_path / 'work' / 'epoch_1.pth', weights_only=True)


@pytest.mark.parametrize('k', KEYPOINTS)
@pytest.mark.parametrize('category', [1, 9])
def test_any_number_of_keypoints(k, category, tmp_path):
    file = write_data_set(
        tmp_path, num_keypoints=k, people=(2, 0, 3), size=(160, 120)
    )
    content = read(file)
    for record in content['annotations']:
        record['category_id'] = category
    content['categories'] = [dict(id=category, name='x', keypoints=['p'] * k)]
    perfect = noisy_predictions(content, noise=0)
    for person in people_of(content):
        for name in ('bbox', 'area', 'num_keypoints', 'segmentation'):
            del person[name]
    file.write_text(json.dumps(content))
    data_set = load(file, True, metainfo=metainfo(k))
    assert data_set.get_data_info(0)['keypoints'].shape == (3, k, 2)
    result = evaluate(data_set, perfect)
    assert result['coco/AP'] == pytest.approx(1)
    assert result['coco/AR'] == pytest.approx(1)
