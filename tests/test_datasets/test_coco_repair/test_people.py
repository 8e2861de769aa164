"""How messages name annotations: as they are in the file."""

import pytest

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco


def person(number, x=10, **changes):
    """Annotate someone; other places tell people apart."""
    return dict(
        dict(
            id=number,
            image_id=1,
            category_id=1,
            keypoints=[x, 10, 2, x + 20, 40, 2],
            num_keypoints=2,
            iscrowd=0,
            bbox=[x, 10, 20, 30],
            area=300,
        ),
        **changes,
    )


def repair(*people):
    """Repair a file of people; return the report."""
    content = dict(
        images=[dict(id=1, file_name='a.jpg', width=90, height=60)],
        annotations=list(people),
        categories=[dict(id=1, name='person')],
    )
    options = CocoOptions(2, missing_images='ignore')
    return repair_coco(content, options, 'own.json')[1]


# ids of a file that has one more person, of the id 5
NAMES = {
    'ann-17': 'annotation ann-17',
    '7': 'annotation 7',
    -3: 'annotation -3',
    2**60: f'annotation {2**60}',
    None: r'`annotations\[1\]`',
    5: r'annotation 5 \(`annotations\[1\]`\)',
    '5': r'annotation 5 \(`annotations\[1\]`\)',
}


@pytest.mark.parametrize('number', NAMES, ids=repr)
@pytest.mark.parametrize(
    'changes',
    [
        dict(keypoints=[10, 10, 2, 30]),
        dict(keypoints=[10, 10, 2, 30, 40, 7]),
        dict(bbox=[1, 2, 3]),
        dict(area='large'),
        dict(iscrowd=7),
        dict(segmentation='abc'),
    ],
    ids=str,
)
def test_errors_name_the_id_of_the_file(number, changes):
    name = NAMES[number]
    words = rf"own\.json': (`\w+` of )?{name} "
    with pytest.raises(ValueError, match=words):
        repair(person(5), person(number, 50, **changes))


@pytest.mark.parametrize('number', NAMES, ids=repr)
def test_lines_of_the_report_name_it_too(number):
    name = NAMES[number].replace('\\', '')
    report = repair(person(5), person(number, 50, iscrowd=None, area=0))
    examples = [entry['examples'] for entry in report.repaired.values()]
    assert len(examples) >= 2
    assert all(given == [name] for given in examples)


def test_every_use_of_an_id_is_told_by_its_place():
    people = person(5, area=0), person(4), person(5, 50, area=0)
    report = repair(*people, people[0])
    places = [f'annotation 5 (`annotations[{i}]`)' for i in (0, 2, 3)]
    (kind,) = (kind for kind in report.repaired if '`area`' in kind)
    assert report.repaired[kind]['examples'] == places[:2]
    entry = report.dropped['annotations listed twice']
    assert entry == dict(count=1, examples=places[2:])
