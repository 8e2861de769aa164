"""Names of keypoints in a file, against those of the metainfo."""

import pytest

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco

NAMES = ('nose', 'left_ear', 'right_ear', 'body', 'tail_end')
SHUFFLED = ['tail_end', 'body', 'right_ear', 'left_ear', 'nose']
# x names the keypoint: 10 nose, 20 left ear, ...
POINTS = [10, 1, 2, 20, 2, 1, 30, 3, 2, 40, 4, 2, 0, 0, 0]
BACKWARDS = [0, 0, 0, 40, 4, 2, 30, 3, 2, 20, 2, 1, 10, 1, 2]


def person(number, keypoints, category=1):
    return dict(
        id=number,
        image_id=1,
        category_id=category,
        keypoints=list(keypoints),
        num_keypoints=4,
        iscrowd=0,
        bbox=[1, 1, 50, 50],
        area=900,
    )


def load(*categories, people=None, names=NAMES, **options):
    """Repair a file of one image; names of keypoints by category."""
    listed = [
        dict(id=n, name=f'animal {n}', keypoints=names_of)
        for n, names_of in enumerate(categories, 1)
    ]
    content = dict(
        images=[dict(id=1, file_name='a.jpg', width=64, height=64)],
        annotations=people or [person(1, POINTS)],
        categories=listed,
    )
    options = CocoOptions(
        5, names=tuple(names), missing_images='ignore', **options
    )
    return repair_coco(content, options, 'own.json')


@pytest.mark.parametrize(
    'names',
    [
        list(NAMES),
        ['Nose', 'Left ear', 'RIGHT-EAR', 'Body', 'tail end'],
        ['nose', 'L_ear', 'ear_right', 'body', 'End-Tail'],
        [],
        None,
    ],
)
def test_the_same_names_change_nothing(names):
    content, report = load(names)
    assert content['annotations'] == [person(1, POINTS)]
    assert content['categories'][0]['keypoints'] == names
    assert report.is_clean
    assert not report.noted


@pytest.mark.parametrize(
    'names',
    [SHUFFLED, ['Tail end', 'Body', 'R_Ear', 'ear-left', 'NOSE']],
)
def test_another_order_is_brought_into_that_of_the_metainfo(names):
    content, report = load(names, people=[person(1, BACKWARDS)])
    assert content['annotations'] == [person(1, POINTS)]
    assert content['categories'][0]['keypoints'] == list(NAMES)
    ((kind, entry),) = report.repaired.items()
    assert 'order' in kind
    assert entry['examples'] == [f"category 1 'animal 1': {', '.join(names)}"]


def test_an_order_that_is_not_its_own_inverse():
    # the file begins with the last keypoint of the metainfo
    names = ['tail_end', 'nose', 'left_ear', 'right_ear', 'body']
    turned = POINTS[-3:] + POINTS[:-3]
    content, _ = load(names, people=[person(1, turned)])
    assert content['annotations'] == [person(1, POINTS)]


def test_the_skeleton_follows():
    category = dict(
        id=1,
        name='mouse',
        keypoints=['tail_end', 'nose', 'left_ear', 'right_ear', 'body'],
        skeleton=[[2, 3], [2, 4], [5, 1]],
    )
    content = dict(
        images=[dict(id=1, file_name='a.jpg', width=64, height=64)],
        annotations=[],
        categories=[category],
    )
    options = CocoOptions(5, names=NAMES, missing_images='ignore')
    found, _ = repair_coco(content, options, 'own.json')
    assert found['categories'][0]['skeleton'] == [[1, 2], [1, 3], [4, 5]]
    assert category['keypoints'][0] == 'tail_end'
    category['skeleton'] = [[2, 9]]
    found, _ = repair_coco(content, options, 'own.json')
    assert found['categories'][0]['skeleton'] == []


def test_every_merged_category_has_its_own_order():
    other = [v + 1 if i % 3 < 2 else v for i, v in enumerate(POINTS)]
    backwards = [v for i in (4, 3, 2, 1, 0) for v in other[3 * i : 3 * i + 3]]
    people = [person(1, POINTS, 1), person(2, backwards, 2)]
    content, report = load(
        list(NAMES), SHUFFLED, people=people, category='all'
    )
    assert [a['keypoints'] for a in content['annotations']] == [POINTS, other]
    (entry,) = report.repaired.values()
    assert entry['count'] == 1


OTHERS = [
    ['a', 'b', 'c', 'd', 'e'],
    ['nose', 'left_ear', 'body', 'right_ear', 'tail_base'],
    ['nose', 'left_ear', 'right_eye', 'back', 'tail'],
]


@pytest.mark.parametrize('names', OTHERS)
def test_other_names_are_refused_with_both_lists(names):
    with pytest.raises(ValueError, match='rename_keypoints') as error:
        load(names)
    text = str(error.value)
    assert str(names) in text
    assert str(list(NAMES)) in text
    assert "category 1 'animal 1'" in text
    assert "'by_index'" in text


@pytest.mark.parametrize('names', OTHERS)
def test_they_may_be_taken_by_their_places(names):
    content, report = load(names, rename_keypoints='by_index')
    assert content['annotations'] == [person(1, POINTS)]
    assert report.is_clean


def test_they_may_be_mapped():
    names = ['end', 'body', 'ear 2', 'ear 1', 'nose']
    renaming = {'end': 'tail_end', 'ear 1': 'left_ear', 'ear 2': 'right_ear'}
    content, report = load(
        names, people=[person(1, BACKWARDS)], rename_keypoints=renaming
    )
    assert content['annotations'] == [person(1, POINTS)]
    assert not report.is_clean


@pytest.mark.parametrize(
    ('renaming', 'words'),
    [
        ({'tail': 'tail_end'}, r"\['tail'\]"),
        ({'a': 'ear'}, r"\['ear'\]"),
        ('index', "'index'.*'by_index'"),
    ],
)
def test_wrong_maps_are_refused(renaming, words):
    with pytest.raises(ValueError, match=f'`rename_keypoints`.*{words}'):
        load(OTHERS[0], rename_keypoints=renaming)


def test_a_few_other_names_in_their_places_are_noted():
    names = ['nose', 'left_ear', 'right_ear', 'trunk', 'tail_end']
    content, report = load(names)
    assert content['annotations'] == [person(1, POINTS)]
    (entry,) = report.noted.values()
    assert entry == dict(count=1, examples=["'trunk' as 'body'"])


@pytest.mark.parametrize(
    ('names', 'words'),
    [(['p'] * 5, 'one name'), (['nose', 'tail'], 'more or fewer')],
)
def test_names_that_say_nothing_are_noted(names, words):
    content, report = load(names)
    assert content['annotations'] == [person(1, POINTS)]
    (kind,) = report.noted
    assert words in kind


@pytest.mark.parametrize('names', ['nose', [None] * 5, {'nose': 1}], ids=str)
def test_names_that_are_no_list_are_refused(names):
    with pytest.raises(ValueError, match='category 1 has the `keypoints`'):
        load(names)


def test_of_several_lists_the_first_is_named():
    fields = dict(keypoints=5, feet=1)
    names = (*NAMES, 'foot')
    people = [dict(person(1, BACKWARDS), feet=[7, 7, 2])]
    content = dict(
        images=[dict(id=1, file_name='a.jpg', width=64, height=64)],
        annotations=people,
        categories=[dict(id=1, name='mouse', keypoints=SHUFFLED)],
    )
    options = CocoOptions(
        6, names=names, keypoint_fields=fields, missing_images='ignore'
    )
    found, _ = repair_coco(content, options, 'own.json')
    assert found['annotations'][0]['keypoints'] == POINTS
    assert found['annotations'][0]['feet'] == [7, 7, 2]
