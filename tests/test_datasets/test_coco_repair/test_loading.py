"""Repair of whole files: images, ids, categories, and what stays equal."""

import copy
import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from data_sets import write_data_set
from own_data import read
from PIL import Image

from higherhrnet_plugin import (
    BottomupAicDataset,
    BottomupAP10KDataset,
    BottomupCocoDataset,
    BottomupCocoWholeBodyDataset,
    BottomupCrowdPoseDataset,
    BottomupOCHumanDataset,
)
from higherhrnet_plugin.datasets.coco_repair import (
    CocoOptions,
    load_coco,
    repair_coco,
)

K = 2


def image(number, name='a.jpg', **more):
    return dict(dict(id=number, file_name=name, width=64, height=48), **more)


def person(number, image_id, **more):
    """Annotate someone; other areas tell people apart."""
    x = more.get('area', 800) / 100
    return dict(
        dict(
            id=number,
            image_id=image_id,
            category_id=1,
            keypoints=[x, 6, 2, 40, 30, 2],
            num_keypoints=2,
            iscrowd=0,
            bbox=[1, 2, 40, 40],
            area=800,
        ),
        **more,
    )


def coco(images, annotations, categories=None):
    return dict(
        images=images,
        annotations=annotations,
        categories=categories or [dict(id=1, name='person')],
    )


def repair(content, **options):
    options = dict(dict(missing_images='ignore'), **options)
    return repair_coco(content, CocoOptions(K, **options), 'own.json')


def picture(path, size=(64, 48)):
    path.parent.mkdir(parents=True, exist_ok=True)
    data = np.zeros((size[1], size[0], 3), np.uint8)
    cv2.imwrite(str(path), data)


# --- ids -------------------------------------------------------------------


@pytest.mark.parametrize(
    ('ids', 'expected'),
    [
        ([7, 3], [7, 3]),
        ([7.0, 3.0], [7, 3]),
        (['7', '3'], [7, 3]),
        ([7, '3'], [7, 3]),
        (['a', 'b'], [1, 2]),
        (['007', '7'], [1, 2]),
        ([5, 'b'], [1, 2]),
        (['-1', '2'], [-1, 2]),
        (['000000000042', '000000000007'], [42, 7]),
        ([170141183460469231731687303715884105730, 2], [1, 2]),
        ([-(2**60), 2], [1, 2]),
    ],
    ids=str,
)
def test_image_ids_become_integers(ids, expected):
    images = [image(i, f'{n}.jpg') for n, i in enumerate(ids)]
    people = [person(n, i) for n, i in enumerate(ids)]
    content, report = repair(coco(images, people))
    assert [i['id'] for i in content['images']] == expected
    assert [a['image_id'] for a in content['annotations']] == expected
    assert all(type(i['id']) is int for i in content['images'])
    assert report.is_clean == (ids == expected and type(ids[0]) is int)


def test_the_same_image_may_be_written_as_text_and_number():
    content, _ = repair(coco([image('12')], [person(1, 12)]))
    assert content['annotations'][0]['image_id'] == 12


@pytest.mark.parametrize(
    ('listed', 'meant'),
    [(1, '000000000001'), ('000000000001', 1), ('01', '001')],
)
def test_images_are_found_by_their_padded_numbers(listed, meant):
    content, report = repair(coco([image(listed)], [person(1, meant)]))
    assert content['annotations'][0]['image_id'] == 1
    assert report.repaired['`image_id` found by its number']['count'] == 1


def test_the_same_number_in_two_spellings_is_not_guessed():
    images = [image('1'), image('01', 'b.jpg'), image('2', 'c.jpg')]
    _, report = repair(coco(images, [person(1, '001'), person(2, '2')]))
    (entry,) = report.dropped.values()
    assert entry['examples'] == ['annotation 1']


@pytest.mark.parametrize('ids', [[-1, -2], [2**127, 2**127 + 1], [2**53, 3]])
def test_ids_that_no_evaluation_holds_are_renumbered(ids):
    content, report = repair(
        coco(
            [image(1)], [person(i, 1, area=500 + n) for n, i in enumerate(ids)]
        )
    )
    found = [a['id'] for a in content['annotations']]
    assert len(set(found)) == 2
    assert all(0 < i < 2**53 for i in found)
    (kind,) = report.repaired
    assert 'renumbered' in kind


def test_sizes_in_text_are_read_as_numbers():
    content, report = repair(
        coco([image(1, width='64', height='48.0')], [person(1, 1)])
    )
    (found,) = content['images']
    assert (found['width'], found['height']) == (64, 48)
    assert list(report.repaired) == [
        '`width` in text, read as numbers',
        '`height` in text, read as numbers',
    ]


def test_a_negative_category_id_is_a_category():
    categories = [dict(id=-1, name='mouse')]
    content, _ = repair(
        coco([image(1)], [person(1, 1, category_id=-1)], categories)
    )
    assert content['annotations'][0]['category_id'] == 1
    assert content['categories'][0]['id'] == 1


def test_annotation_ids_become_unique():
    people = [
        person(4, 1),
        person(4, 1, area=700),
        person('x', 1, area=600),
        person(None, 1, area=500),
        person(4, 1),
    ]
    content, report = repair(coco([image(1)], people))
    ids = [a['id'] for a in content['annotations']]
    assert len(set(ids)) == 4
    assert ids[0] == 4
    assert all(type(i) is int for i in ids)
    assert report.repaired['annotation ids that are used twice']['count'] == 1
    assert report.dropped['annotations listed twice']['count'] == 1


def test_images_listed_twice():
    content, report = repair(coco([image(1), image(1)], [person(1, 1)]))
    assert len(content['images']) == 1
    assert report.dropped['images listed twice']['examples'] == ['image 1']
    with pytest.raises(ValueError, match=r"id 1: 'a\.jpg' and 'b\.jpg'"):
        repair(coco([image(1), image(1, 'b.jpg')], []))


def test_annotations_of_unknown_images_are_dropped():
    content, report = repair(
        coco([image(1)], [person(1, 1), person(2, 8), person(3, 9)])
    )
    assert [a['id'] for a in content['annotations']] == [1]
    entry = report.dropped['annotations of images not listed']
    assert entry == dict(count=2, examples=['annotation 2', 'annotation 3'])


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (coco([image(True)], []), 'True'),
        (coco([image(1.5)], []), '1.5'),
        (coco([image(1, 7)], []), 'image 1 .*`file_name` 7'),
        (coco([image(None)], []), "'id' is missing in `images.0.`"),
        (coco([3], []), r'`images\[0\]` is 3'),
        (coco([image(1)], [3]), r'`annotations\[0\]` is 3'),
        (coco([image(1)], [person(5, [1])]), r'annotation 5.*\[1\]'),
        (coco([image(1)], [person(5, 1, category_id=4)]), "5 .*4.*'1'"),
        (dict(images=7), '`images` is a int'),
        (coco([image(1)], {}), '`annotations` is a dict'),
        (coco([image(1, width=0)], []), "'width' is missing in image 1"),
        (coco([image(1, height='x')], []), "'height' is missing in image 1"),
    ],
    ids=str,
)
def test_what_cannot_be_repaired_is_named(content, words):
    with pytest.raises(ValueError, match=rf'own\.json.*{words}'):
        repair(content)


# --- categories ------------------------------------------------------------

CAT = dict(id=9, name='cat', keypoints=['nose', 'tail'])
DOG = dict(id=4, name='dog', keypoints=['nose', 'tail'])
CAR = dict(id=3, name='car', keypoints=['a', 'b', 'c'])
TREE = dict(id=2, name='tree')


def animals(*categories):
    people = [
        person(n, 1, category_id=c['id'], area=500 + 100 * n)
        for n, c in enumerate(categories)
    ]
    return coco([image(1)], people, list(categories))


@pytest.mark.parametrize(
    ('categories', 'wanted', 'kept', 'number'),
    [
        ([CAT], None, [0], 9),
        ([TREE, CAR, CAT], None, [2], 9),
        ([CAT, DOG], 'dog', [1], 4),
        ([CAT, DOG], 4, [1], 4),
        ([CAT, DOG], '9', [0], 9),
        ([CAT, DOG], ['cat', 4], [0, 1], 9),
        ([CAT, DOG], 'all', [0, 1], 9),
        ([dict(CAT, id='felis')], None, [0], 1),
    ],
)
def test_one_category_is_chosen(categories, wanted, kept, number):
    content, report = repair(animals(*categories), category=wanted)
    assert [a['id'] for a in content['annotations']] == kept
    assert {a['category_id'] for a in content['annotations']} == {number}
    (category,) = content['categories']
    assert category['id'] == number
    dropped = sum(e['count'] for e in report.dropped.values())
    assert dropped == len(categories) - len(kept)


def test_a_category_without_names_is_known_by_its_annotations():
    content = animals(TREE, dict(id=5, name='person'))
    del content['annotations'][0]['keypoints']
    content, _ = repair(content)
    assert content['categories'] == [dict(id=5, name='person')]


@pytest.mark.parametrize(
    ('wanted', 'words'),
    [
        (None, "9 'cat' .2 keypoints, 1 annotations., 4 'dog'.*`category`"),
        ('horse', "'horse', but the file has 9 'cat'"),
        ([], 'empty'),
    ],
)
def test_an_unclear_category_lists_them_all(wanted, words):
    with pytest.raises(ValueError, match=words):
        repair(animals(CAT, DOG), category=wanted)


def test_of_fitting_categories_the_annotated_one_is_taken():
    content = animals(DOG)
    content['categories'] = [CAT, DOG, CAR]
    content, report = repair(content)
    assert [c['name'] for c in content['categories']] == ['dog']
    assert not report.dropped


def test_categories_without_annotations_are_only_counted():
    content = animals(CAT, DOG)
    content['categories'] += [dict(DOG, id=n) for n in range(50, 102)]
    with pytest.raises(ValueError, match='it is not clear') as error:
        repair(content)
    assert '(2 keypoints, 1 annotations) and 52 without' in str(error.value)
    assert '101' not in str(error.value)


def test_categories_may_be_missing():
    content = coco([image(1)], [person(1, 1, category_id=7)])
    del content['categories']
    content, report = repair(content)
    assert content['categories'][0]['id'] == 7
    assert 'categories' in next(iter(report.repaired))


def test_lists_of_test_images_have_all_categories():
    content = coco([image(1)], [], [TREE, dict(id=1, name='person'), CAR])
    del content['annotations']
    content, _ = repair(content)
    assert content['categories'] == [dict(id=1, name='person')]
    assert 'annotations' not in content


# --- pictures --------------------------------------------------------------


def names(tmp_path, *written, missing='error'):
    images = [image(n, name) for n, name in enumerate(written)]
    content, report = repair(
        coco(images, [person(1, 0)]),
        image_dir=str(tmp_path),
        missing_images=missing,
    )
    return [i['file_name'] for i in content['images']], report


@pytest.mark.parametrize(
    ('on_disk', 'written', 'words'),
    [
        ('my a.jpg', 'my a.jpg', None),
        ('größe/人.jpg', 'größe/人.jpg', None),
        ('100%20.jpg', '100%20.jpg', None),
        ('b/a.jpg', 'b\\a.jpg', 'backslashes'),
        ('b/my a.jpg', 'b/my%20a.jpg', '%-escapes'),
        ('b/my a.jpg', 'b\\my%20a.jpg', '%-escapes'),
        ('\u00f6.jpg', 'o\u0308.jpg', 'Unicode'),
        ('a.JPG', 'a.jpg', 'capital letters'),
        ('B/my A.jpg', 'b\\My%20a.JPG', 'capital letters'),
        ('a.jpg', 'train/A.jpg', 'folder does not exist'),
        ('a.jpg', 'train/a.jpg', 'folder does not exist'),
        ('a.jpg', '/somewhere/else/a.jpg', 'folder does not exist'),
        ('a.jpg', 'D:\\x\\a.jpg', 'folder does not exist'),
        ('my a.jpg', 'D:\\x\\my%20a.jpg', 'folder does not exist'),
        ('a.jpg', 'https://x.org/b/a.jpg?s=9/b.jpg', 'folder does not exist'),
        ('my a.jpg', 's3://b/my%20a.jpg', 'folder does not exist'),
    ],
)
def test_names_lead_to_pictures(tmp_path, on_disk, written, words):
    picture(tmp_path / on_disk)
    (found,), report = names(tmp_path, written)
    assert (tmp_path / found).is_file()
    assert report.is_clean == (words is None)
    if words:
        (kind,) = report.repaired
        assert words in kind
        assert report.repaired[kind]['examples'] == [repr(written)]
    else:
        assert found == written


def test_absolute_names_are_kept(tmp_path):
    path = tmp_path / 'elsewhere' / 'a.jpg'
    picture(path)
    (found,), report = names(tmp_path / 'images', str(path))
    assert found == str(path)
    assert report.is_clean


def test_capital_letters_are_not_guessed(tmp_path):
    for name in ('a.JPG', 'A.jpg'):
        picture(tmp_path / name)
    found, report = names(tmp_path, 'A.jpg')
    assert found == ['A.jpg']
    assert report.is_clean
    with pytest.raises(FileNotFoundError, match=r'1 of 1 .*a\.jpg'):
        names(tmp_path, 'a.jpg')


def test_an_ambiguous_base_name_is_not_guessed(tmp_path):
    picture(tmp_path / 'a.jpg')
    with pytest.raises(FileNotFoundError, match=r'2 of 2 .*x/a\.jpg'):
        names(tmp_path, 'x/a.jpg', 'y/a.jpg')


def test_missing_pictures(tmp_path):
    picture(tmp_path / 'a.jpg')
    others = [f'{n}.jpg' for n in range(5)]
    with pytest.raises(
        FileNotFoundError,
        match=r"own\.json.*5 of 6 .*'0\.jpg', '1\.jpg', '2\.jpg', \.\.\.;",
    ):
        names(tmp_path, 'a.jpg', *others)
    found, report = names(tmp_path, 'a.jpg', *others, missing='drop')
    assert found == ['a.jpg']
    assert report.dropped['images without a picture']['count'] == 5
    found, _ = names(tmp_path, 'a.jpg', *others, missing='ignore')
    assert len(found) == 6
    with pytest.raises(ValueError, match=r"`missing_images`.*'skip'"):
        names(tmp_path, 'a.jpg', missing='skip')


@pytest.mark.parametrize(
    ('on_disk', 'words'),
    [
        (['b.jpg', '8F.PNG', 'c.jpg'], "the folder has '8F.PNG', with anoth"),
        (['8f_jpg.rf.0a.jpg'], r"the folder has '8f_jpg\.rf\.0a\.jpg';"),
        (
            ['4.jpg', '2.jpg', '3.jpg', '1.jpg'],
            "'1.jpg', '2.jpg', '3.jpg', ..",
        ),
        ([], 'the folder is empty'),
        (None, 'there is no such folder'),
    ],
)
def test_what_is_there_in_place_of_missing_pictures(tmp_path, on_disk, words):
    folder = tmp_path / 'images'
    for name in on_disk or ():
        picture(folder / name)
    if on_disk is not None:
        folder.mkdir(exist_ok=True)
    with pytest.raises(FileNotFoundError, match=rf"'x/8f\.jpg'; .*{words}"):
        names(folder, 'x/8f.jpg')


def test_images_are_found_by_their_names():
    images = [image(7, 'b/a.jpg'), image(9, 'c.jpg')]
    people = [person(1, 'c.jpg'), person(2, 'b/a.jpg'), person(3, 'a.jpg')]
    content, report = repair(coco(images, people))
    assert [a['image_id'] for a in content['annotations']] == [9, 7]
    assert report.repaired['`image_id` found by its file name']['count'] == 2
    assert report.dropped['annotations of images not listed']['count'] == 1


@pytest.mark.parametrize('orientation', [None, 1, 3, 6, 8])
def test_sizes_are_those_of_the_loaded_picture(tmp_path, orientation):
    path = tmp_path / 'a.jpg'
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    Image.new('RGB', (64, 48)).save(path, exif=exif)
    record = image(1)
    del record['width'], record['height']
    content, report = repair(
        coco([record], []), image_dir=str(tmp_path), missing_images='error'
    )
    (record,) = content['images']
    loaded = cv2.imread(str(path))
    assert (record['height'], record['width']) == loaded.shape[:2]
    assert 'read from the picture' in next(iter(report.repaired))
    path.write_bytes(b'no picture')
    with pytest.raises(ValueError, match=r"'width' is missing.*a\.jpg"):
        repair(
            coco([dict(id=1, file_name='a.jpg')], []),
            image_dir=str(tmp_path),
            missing_images='error',
        )


# --- files -----------------------------------------------------------------


@pytest.mark.parametrize('k', [1, 3, 5, 14, 17, 133])
def test_a_clean_file_stays_equal(tmp_path, k):
    file = write_data_set(tmp_path, num_keypoints=k)
    before = read(file)
    options = CocoOptions(k, image_dir=str(tmp_path / 'images'))
    content, report = load_coco(str(file), options)
    assert content == before
    assert report.is_clean
    again, _ = repair_coco(before, options, 'own.json')
    assert again == before


def test_the_input_is_not_changed_and_repairs_are_final():
    content = coco(
        [image('x')],
        [dict(keypoints=[5, 6, 0.5, 40, None, 2], image_id='x')],
    )
    before = copy.deepcopy(content)
    repaired, report = repair(content)
    assert content == before
    assert not report.is_clean
    again, report = repair(repaired)
    assert again == repaired
    assert report.is_clean


def test_a_byte_order_mark_is_no_harm(tmp_path):
    path = tmp_path / 'own.json'
    path.write_text(
        json.dumps(coco([image(1)], [person(1, 1)])), encoding='utf-8-sig'
    )
    content, _ = load_coco(str(path), CocoOptions(K, missing_images='ignore'))
    assert len(content['annotations']) == 1


def test_one_summary_is_logged(tmp_path, monkeypatch):
    logged = []
    monkeypatch.setattr(
        'higherhrnet_plugin.datasets.datasets.bottomup_dataset.print_log',
        lambda text, *args: logged.append(text),
    )
    file = write_data_set(tmp_path)
    content = read(file)
    for annotation in content['annotations']:
        del annotation['bbox']
    file.write_text(json.dumps(content))
    BottomupCocoDataset(
        ann_file=str(file), data_prefix=dict(img=str(tmp_path / 'images'))
    )
    (text,) = logged
    assert text.splitlines()[0] == (
        f"annotation file '{file}': 3 images, 5 labelled people, 0 unlabelled "
        'people, 3 crowds, 0 images without annotations'
    )
    assert '8 `bbox` derived from the segmentation (annotation 1' in text


# --- real data -------------------------------------------------------------


SAMPLES = {
    'coco/test_coco': (BottomupCocoDataset, 17, {}),
    'coco/test_coco_wholebody': (BottomupCocoWholeBodyDataset, 133, {}),
    'crowdpose/test_crowdpose': (BottomupCrowdPoseDataset, 14, {}),
    'aic/test_aic': (BottomupAicDataset, 14, {}),
    'ap10k/test_ap10k': (BottomupAP10KDataset, 17, {}),
    'ochuman/test_ochuman': (BottomupOCHumanDataset, 17, {}),
}


@pytest.mark.parametrize('name', SAMPLES)
@pytest.mark.parametrize('test_mode', [False, True])
def test_samples_of_real_data_sets_load(name, test_mode):
    root = os.environ.get('HIGHERHRNET_TEST_DATA')
    if not root:
        pytest.skip('HIGHERHRNET_TEST_DATA is not set')
    kind, k, options = SAMPLES[name]
    path = Path(root) / 'samples' / f'{name}.json'
    data_set = kind(
        ann_file=str(path),
        data_prefix=dict(img=str(path.parent)),
        test_mode=test_mode,
        **options,
    )
    content = read(path)
    found = [data_set.get_data_info(i) for i in range(len(data_set))]
    assert len(found) == len(content['images'])
    assert sum(len(i['id']) for i in found) == len(content['annotations'])
    for info in found:
        assert info['keypoints'].shape[1:] == (k, 2)
        assert np.isfinite(info['keypoints']).all()
        assert (info['area'] > 0).all()
        assert Path(info['img_path']).is_file()
    if name == 'ap10k/test_ap10k':
        unclear = r'annotations\) and 52 without annotations; set `category`'
        with pytest.raises(ValueError, match=unclear):
            kind(
                ann_file=str(path),
                data_prefix=dict(img=str(path.parent)),
                category=None,
            )


@pytest.mark.parametrize('part', ['train', 'val'])
def test_real_coco_needs_no_repair(part):
    root = os.environ.get('HIGHERHRNET_TEST_DATA')
    if not root:
        pytest.skip('HIGHERHRNET_TEST_DATA is not set')
    folder = Path(root) / 'coco_mini'
    path = folder / 'annotations' / f'person_keypoints_{part}2017.json'
    options = CocoOptions(17, image_dir=str(folder / f'{part}2017'))
    content, report = load_coco(str(path), options)
    assert content == read(path)
    assert report.is_clean
