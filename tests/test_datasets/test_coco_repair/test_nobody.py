"""Files that would teach that nobody is anywhere."""

import json
import logging

import pytest
from mmengine.dataset import ConcatDataset
from own_data import clean_file, metainfo, people_of, read

from higherhrnet_plugin import BottomupCocoDataset
from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco

K = 5


def no_visibility(content):
    for person in people_of(content):
        person['keypoints'][2::3] = [0] * K


def other_ids(content):
    for annotation in content['annotations']:
        annotation['image_id'] = f'frame-{annotation["image_id"]}'


def other_category(content):
    content['categories'].append(dict(id=2, name='rat', keypoints=['a'] * K))


def boxes_alone(content):
    for annotation in content['annotations']:
        del annotation['keypoints']


def ignored(content):
    for person in people_of(content):
        person['ignore'] = 1


def deleted(content):
    for annotation in content['annotations']:
        annotation['deleted'] = True


def empty(content):
    content['annotations'] = []


CAUSES = [
    (no_visibility, '7 annotations have coordinates, but every visibility'),
    (
        other_ids,
        "10 annotations belong to images .*not listed: .*'frame-1', "
        "'frame-1', 'frame-1', but `images` lists 1, 2, 3; .*zeros",
    ),
    (other_category, '10 annotations are of other categories; set `category`'),
    (boxes_alone, '7 annotations have no keypoints at all; .*boxes'),
    (ignored, '10 annotations are crowds or marked by `ignore`'),
    (deleted, '10 annotations are marked by `deleted`'),
    (empty, 'it lists no annotations'),
]


def write(root, change=None):
    file = clean_file(root, K)
    content = read(file)
    if change is not None:
        change(content)
        file.write_text(json.dumps(content))
    return file


def load(file, **options):
    return BottomupCocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
        metainfo=metainfo(K),
        **options,
    )


@pytest.mark.parametrize(('change', 'words'), CAUSES)
@pytest.mark.parametrize(
    'options', [{}, dict(keep_empty=True), dict(test_mode=True)], ids=str
)
def test_a_file_of_nobody_is_refused(tmp_path, change, words, options):
    file = write(tmp_path, change)
    if change is empty and 'test_mode' in options:
        # a list of test images
        assert len(load(file, **options)) == 3
        return
    with pytest.raises(
        ValueError, match=rf'people\.json.*nobody.*{words}.*`allow_nobody=True'
    ):
        load(file, **options)


@pytest.mark.parametrize('change', [no_visibility, other_ids, empty])
def test_it_may_be_meant(tmp_path, change):
    file = write(tmp_path / 'a', change)
    negatives = load(file, keep_empty=True, allow_nobody=True)
    assert len(negatives) == 3
    assert not any(
        negatives.get_data_info(i)['keypoints_visible'].any() for i in range(3)
    )
    both = ConcatDataset([load(write(tmp_path / 'b')), negatives])
    assert len(both) == 6
    assert len(load(file, test_mode=True, allow_nobody=True)) == 3
    if change is not no_visibility:
        with pytest.raises(ValueError, match='`keep_empty`'):
            load(file, allow_nobody=True)


@pytest.mark.parametrize(
    ('dropped', 'warned'), [(1, False), (5, False), (6, True), (9, True)]
)
def test_most_annotations_dropped(tmp_path, dropped, warned):
    content = read(write(tmp_path))
    for annotation in content['annotations'][-dropped:]:
        annotation['image_id'] = 77
    options = CocoOptions(K, missing_images='ignore')
    _, report = repair_coco(content, options, 'own.json')
    lines = [t for t in report.lines() if t.startswith('WARNING')]
    assert bool(lines) == bool(report.warnings) == warned
    if warned:
        assert f'{dropped} OF 10 ANNOTATIONS ARE DROPPED' in lines[0]
        assert '`image_id` is 77' in lines[0]


def test_other_categories_are_no_loss(tmp_path):
    content = read(write(tmp_path))
    content['categories'].append(dict(id=2, name='car'))
    for annotation in content['annotations'][-8:]:
        annotation['category_id'] = 2
    options = CocoOptions(K, 'person', missing_images='ignore')
    _, report = repair_coco(content, options, 'own.json')
    assert not report.warnings


def test_most_pictures_missing(tmp_path):
    file = write(tmp_path)
    for name in ('0.png', '1.png'):
        (tmp_path / 'images' / name).unlink()
    options = CocoOptions(
        K, image_dir=str(tmp_path / 'images'), missing_images='drop'
    )
    _, report = repair_coco(read(file), options, 'own.json')
    text = '\n'.join(report.warnings)
    assert '2 OF 3 IMAGES HAVE NO PICTURE' in text
    assert '8 OF 10 ANNOTATIONS ARE DROPPED' in text


def test_most_people_without_visibility(tmp_path):
    def change(content):
        for person in people_of(content)[1:]:
            person['keypoints'][2::3] = [0] * K

    options = CocoOptions(K, missing_images='ignore')
    content = read(write(tmp_path, change))
    _, report = repair_coco(content, options, 'own.json')
    (text,) = report.warnings
    assert '6 OF 10 PEOPLE HAVE COORDINATES, BUT EVERY VISIBILITY IS 0' in text


@pytest.mark.parametrize('crowd', [0, 1])
def test_some_keypoints_without_visibility(tmp_path, crowd):
    """As where 0 means hidden, which other formats have."""

    def change(content):
        first, second, *_ = people_of(content)
        first['keypoints'][:6] = [20, 30, 2, 40, 50, 0]
        # nothing is said about these
        second['keypoints'][:6] = [20, 30, 2, 0, 0, 0]
        first['iscrowd'] = crowd

    content = read(write(tmp_path, change))
    options = CocoOptions(K, missing_images='ignore')
    _, report = repair_coco(content, options, 'own.json')
    notes = [n for n in report.noted.items() if 'visibility of 0' in n[0]]
    if crowd:
        assert notes == []
        return
    ((text, entry),) = notes
    assert entry['count'] == 1
    assert 'if they are hidden, v is 1' in text


def test_the_warning_is_logged_as_one(tmp_path, monkeypatch):
    logged = []
    monkeypatch.setattr(
        'higherhrnet_plugin.datasets.datasets.bottomup_dataset.print_log',
        lambda text, logger, level: logged.append((text, level)),
    )

    def change(content):
        for annotation in content['annotations'][1:]:
            if annotation['image_id'] > 1:
                annotation['image_id'] = 88

    load(write(tmp_path, change))
    ((text, level),) = logged
    assert level == logging.WARNING
    assert text.splitlines()[1].startswith('WARNING: 7 OF 10 ANNOTATIONS')
