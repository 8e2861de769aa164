"""Tests of the generator of synthetic people."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO

TOOLS = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters'
TOOL = TOOLS / 'make_synthetic_people.py'
SPLITS = ('train', 'val')
COUNTS = {'train': 60, 'val': 12}
WIDTH, HEIGHT = 160, 128


def run_tool(out: Path, *args: object) -> subprocess.CompletedProcess:
    """Run the tool in a process of its own."""
    return subprocess.run(
        [sys.executable, str(TOOL), str(out), *map(str, args)],
        capture_output=True,
        text=True,
        cwd=str(out.parent),
        check=False,
    )


def small(train: int = 4, val: int = 2, seed: int = 0) -> list[object]:
    """Return the arguments of a tiny data set."""
    counts = ['--num-train', train, '--num-val', val]
    return [*counts, '--image-size', 96, 80, '--seed', seed, '--workers', 1]


def tree(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


def load(folder: Path, split: str) -> dict[str, Any]:
    """Read an annotation file."""
    path = folder / 'annotations' / f'person_keypoints_{split}.json'
    return json.loads(path.read_text(encoding='utf-8'))


def people_of(folder: Path) -> list[dict[str, Any]]:
    """Return the annotations with key points of the training images."""
    entries = load(folder, 'train')['annotations']
    people = [entry for entry in entries if entry['num_keypoints']]
    assert len(people) > 60
    return people


@pytest.fixture(scope='module')
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data set with two processes."""
    out = tmp_path_factory.mktemp('synthetic') / 'made'
    result = run_tool(
        out,
        '--num-train',
        COUNTS['train'],
        '--num-val',
        COUNTS['val'],
        '--image-size',
        WIDTH,
        HEIGHT,
        '--workers',
        2,
    )
    assert result.returncode == 0, result.stderr
    for split in SPLITS:
        assert f'{split}: {COUNTS[split]} images, ' in result.stdout
    return out


@pytest.fixture(scope='module')
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data set that has a crowd and a far person."""
    out = tmp_path_factory.mktemp('synthetic') / 'crowded'
    assert run_tool(out, *small(train=80)).returncode == 0
    return out


def test_result_does_not_depend_on_workers(made: Path, tmp_path: Path) -> None:
    other = tmp_path / 'other'
    result = run_tool(
        other,
        '--num-train',
        COUNTS['train'],
        '--num-val',
        COUNTS['val'],
        '--image-size',
        WIDTH,
        HEIGHT,
        '--workers',
        1,
    )
    assert result.returncode == 0, result.stderr
    expected = tree(made)
    assert len(expected) == sum(COUNTS.values()) + 3
    assert tree(other) == expected


def test_seed_and_split_change_images(tmp_path: Path) -> None:
    first, second = tmp_path / 'first', tmp_path / 'second'
    assert run_tool(first, *small(seed=0)).returncode == 0
    assert run_tool(second, *small(seed=1)).returncode == 0
    images = [
        path.read_bytes()
        for out in (first, second)
        for path in sorted(out.glob('*/*.jpg'))
    ]
    assert len(images) == 12
    assert len(set(images)) == 12


def test_images_stay_when_the_count_grows(
    crowded: Path, tmp_path: Path
) -> None:
    few = tmp_path / 'few'
    assert run_tool(few, *small(train=5, val=1)).returncode == 0
    for split, count in (('train', 5), ('val', 1)):
        paths = sorted((few / split).iterdir())
        assert len(paths) == count
        for path in paths:
            same = crowded / split / path.name
            assert path.read_bytes() == same.read_bytes()
        one, many = load(few, split), load(crowded, split)
        assert one['images'] == many['images'][:count]
        known = {image['id'] for image in one['images']}
        assert one['annotations'] == [
            entry
            for entry in many['annotations']
            if entry['image_id'] in known
        ]


@pytest.mark.parametrize('split', SPLITS)
def test_files_are_coco(made: Path, split: str) -> None:
    document = load(made, split)
    assert set(document) == {
        'info',
        'licenses',
        'images',
        'annotations',
        'categories',
    }
    (category,) = document['categories']
    assert (category['id'], category['name']) == (1, 'person')
    assert category['keypoints'][5:7] == ['left_shoulder', 'right_shoulder']
    assert len(category['keypoints']) == 17
    assert len(category['skeleton']) == 19
    names = [image['file_name'] for image in document['images']]
    assert names == sorted(p.name for p in (made / split).iterdir())
    assert len(names) == COUNTS[split]
    picture = cv2.imread(str(made / split / names[0]))
    assert picture.shape == (HEIGHT, WIDTH, 3)
    entries = document['annotations']
    assert len({entry['id'] for entry in entries}) == len(entries) > 0
    images = {image['id'] for image in document['images']}
    assert {entry['image_id'] for entry in entries} <= images
    for entry in entries:
        flags = entry['keypoints'][2::3]
        assert len(entry['keypoints']) == 51
        assert set(flags) <= {0, 1, 2}
        assert entry['num_keypoints'] == sum(flag > 0 for flag in flags)


def test_masks_fit_area_and_box(crowded: Path) -> None:
    path = crowded / 'annotations' / 'person_keypoints_train.json'
    coco = COCO(str(path))
    entries = coco.loadAnns(coco.getAnnIds())
    kinds = {
        (entry['iscrowd'], entry['num_keypoints'] > 0) for entry in entries
    }
    assert kinds == {(0, True), (0, False), (1, False)}
    for entry in entries:
        mask = coco.annToMask(entry)
        assert mask.shape == (80, 96)
        slack = 0 if entry['iscrowd'] else 3 + 0.04 * entry['area']
        assert abs(int(mask.sum()) - entry['area']) <= slack
        x, y, width, height = entry['bbox']
        inside = mask[y : y + height, x : x + width]
        assert inside.sum() == mask.sum() > 0
        assert isinstance(entry['segmentation'], dict) == bool(
            entry['iscrowd']
        )


def test_some_images_are_empty(crowded: Path) -> None:
    document = load(crowded, 'train')
    peopled = {entry['image_id'] for entry in document['annotations']}
    assert 0 < len(document['images']) - len(peopled) < 20


def test_keypoints_are_inside_image_and_box(made: Path) -> None:
    flags = np.zeros(3, int)
    for entry in people_of(made):
        x, y, width, height = entry['bbox']
        rows = np.reshape(entry['keypoints'], (17, 3))
        for column, row, flag in rows:
            flags[int(flag)] += 1
            if flag == 0:
                assert (column, row) == (0, 0)
                continue
            assert 0 <= column <= WIDTH - 1
            assert 0 <= row <= HEIGHT - 1
            if flag == 2:
                assert x - 3 <= column <= x + width + 2
                assert y - 3 <= row <= y + height + 2
    assert flags.min() > 0
    assert flags[2] > flags[1]


def test_visible_wrists_lie_on_the_mask(made: Path) -> None:
    path = made / 'annotations' / 'person_keypoints_train.json'
    coco = COCO(str(path))
    hits = {1: [], 2: []}
    for entry in people_of(made):
        near = cv2.dilate(coco.annToMask(entry), np.ones((5, 5), np.uint8))
        rows = np.reshape(entry['keypoints'], (17, 3))
        for column, row, flag in rows[9:11]:
            if flag:
                hits[int(flag)].append(near[round(row), round(column)])
    assert np.mean(hits[2]) > 0.98
    assert np.mean(hits[1]) < 0.9


def test_left_is_right_in_the_image_from_the_front(made: Path) -> None:
    front, behind = [], []
    for entry in people_of(made):
        rows = np.reshape(entry['keypoints'], (17, 3))
        if not (rows[5, 2] and rows[6, 2]):
            continue
        swapped = rows[5, 0] > rows[6, 0]
        if (rows[:3, 2] == 2).all():
            front.append(swapped)
            assert (rows[1, 0] > rows[2, 0]) == swapped
        elif (rows[:3, 2] == 1).all() and (rows[3:7, 2] == 2).all():
            behind.append(swapped)
    assert len(front) > 20
    assert np.mean(front) > 0.95
    assert 0 < len(behind) < len(front)
    # Something may cover the face of a person seen from the front.
    assert np.mean(behind) < 0.5


def test_finished_data_set_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / 'out'
    assert run_tool(out, *small()).returncode == 0
    before = {p: p.stat().st_mtime_ns for p in out.rglob('*')}
    result = run_tool(out, *small())
    assert result.returncode == 0
    assert 'nothing to do' in result.stdout
    assert {p: p.stat().st_mtime_ns for p in out.rglob('*')} == before
    (out / 'train' / '000001.jpg').unlink()
    assert 'nothing to do' not in run_tool(out, *small()).stdout
    assert (out / 'train' / '000001.jpg').is_file()


def test_other_options_are_refused(tmp_path: Path) -> None:
    out = tmp_path / 'out'
    assert run_tool(out, *small(train=4)).returncode == 0
    before = tree(out)
    result = run_tool(out, *small(train=3))
    assert result.returncode == 2
    assert 'num_train=4' in result.stderr
    assert '--overwrite' in result.stderr
    assert tree(out) == before
    assert run_tool(out, *small(train=3), '--overwrite').returncode == 0
    assert len(list((out / 'train').iterdir())) == 3


def test_interrupted_run_can_be_repeated(tmp_path: Path) -> None:
    out = tmp_path / 'out'
    assert run_tool(out, *small()).returncode == 0
    finished = tree(out)
    (out / 'dataset.json').rename(out / 'dataset.partial.json')
    (out / 'train' / '000009.jpg').write_bytes(b'left over')
    (out / 'annotations' / 'person_keypoints_val.json').unlink()
    assert run_tool(out, *small()).returncode == 0
    assert tree(out) == finished


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'letter.txt').write_text('mine')
    result = run_tool(tmp_path / 'out', *small())
    assert result.returncode == 2
    assert 'not empty' in result.stderr
    assert list(tree(tmp_path / 'out')) == ['letter.txt']


def test_hard_people_are_many_of_all_sizes_and_close(tmp_path: Path) -> None:
    out = tmp_path / 'hard'
    args = ('--people', 'hard', '--num-train', 40, '--num-val', 1)
    assert run_tool(out, *args).returncode == 0
    document = load(out, 'train')
    people = [e for e in document['annotations'] if e['num_keypoints']]
    assert not any(entry['iscrowd'] for entry in people)
    counts = Counter(e['image_id'] for e in document['annotations'])
    # those that others cover are not annotated
    assert max(counts.values()) in (13, 14, 15)
    assert 7 < np.mean(list(counts.values())) < 11
    heights = []
    for entry in people:
        rows = np.reshape(entry['keypoints'], (17, 3))
        if (rows[:, 2] == 2).all():
            heights.append(entry['bbox'][3])
    # from 16 to 200 pixels, less for who sits, more for raised arms
    assert min(heights) < 25
    assert max(heights) > 140
    assert max(heights) < 1.35 * 200
    # log-uniform: as many below the geometric mean as above
    below = np.mean([h < np.sqrt(16 * 200) for h in heights])
    assert 0.3 < below < 0.7


def test_people_of_another_kind_are_refused(tmp_path: Path) -> None:
    out = tmp_path / 'out'
    assert run_tool(out, *small()).returncode == 0
    assert 'people' not in json.loads((out / 'dataset.json').read_text())
    result = run_tool(out, *small(), '--people', 'hard')
    assert result.returncode == 2
    assert 'people=usual, not hard' in result.stderr
    assert run_tool(out, *small(), '--people', 'hard', '--overwrite')
    result = run_tool(out, *small())
    assert result.returncode == 2
    assert 'people=hard, not usual' in result.stderr


@pytest.mark.parametrize(
    ('args', 'word'),
    [
        (('--image-size', 63, 256), 'image_size'),
        (('--num-train', -1), 'num_train'),
        (('--num-val', -1), 'num_val'),
        (('--seed', -1), 'seed'),
        (('--workers', 0), 'workers'),
    ],
)
def test_bad_arguments(tmp_path: Path, args: tuple, word: str) -> None:
    result = run_tool(tmp_path / 'out', *args)
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert f'error: {word}' in result.stderr
    assert not (tmp_path / 'out').exists()
