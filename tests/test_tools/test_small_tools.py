"""take_subset, as a user calls it."""

import json

import pytest
from processes import run_tool

import higherhrnet_plugin  # noqa: F401


def annotate(people):
    """Write {image: [(num_keypoints, area), ...]} in COCO form."""
    annotations = [
        dict(
            id=100 * image + i,
            image_id=image,
            category_id=1,
            iscrowd=0,
            num_keypoints=number,
            # on a diagonal through the box
            keypoints=[
                v
                for k in range(17)
                for v in (
                    (9 + 10 * i + 2 * k, 5 + 3 * k, 2)
                    if k < number
                    else (0, 0, 0)
                )
            ],
            bbox=[10 * i, 0, 100, 100],
            area=area,
        )
        for image, rows in people.items()
        for i, (number, area) in enumerate(rows)
    ]
    images = [
        dict(id=image, file_name=f'{image}.jpg', width=200, height=100)
        for image in people
    ]
    return dict(
        images=images,
        annotations=annotations,
        categories=[dict(id=1, name='person')],
    )


def test_subset_takes_images_with_labelled_people(tmp_path):
    people = {
        7: [],
        3: [(5, 5000)],
        9: [(5, 5000), (0, 9000)],
        4: [(2, 3999)],
        8: [(1, 4000), (17, 9000)],
        2: [(9, 9000)],
    }
    source, target = tmp_path / 'all.json', tmp_path / 'few.json'
    source.write_text(json.dumps(annotate(people)))
    done = run_tool(
        'dataset_converters/take_subset.py', source, target, '--num', 2
    )
    assert done.returncode == 0, done.stderr
    subset = json.loads(target.read_text())
    assert [image['id'] for image in subset['images']] == [3, 8]
    assert [a['image_id'] for a in subset['annotations']] == [3, 8, 8]
    # what is in order is written as it was
    content = json.loads(source.read_text())
    for name in ('images', 'annotations'):
        assert all(record in content[name] for record in subset[name])
    assert subset['categories'] == content['categories']
    assert 'repaired' not in done.stdout


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        pytest.param('{', 'all.json', id='broken'),
        pytest.param('{}', 'it is not in COCO format', id='not-coco'),
        pytest.param(
            json.dumps(dict(annotate({1: []}), annotations=None)),
            'only 0',
            id='nobody',
        ),
        pytest.param(
            json.dumps({'images': annotate({1: []})['images']}),
            'has no `annotations`',
            id='no-annotations',
        ),
        pytest.param(
            json.dumps(annotate({1: [(5, 100)]})), 'only 0', id='too-few'
        ),
    ],
)
def test_subset_refuses(tmp_path, content, words):
    source = tmp_path / 'all.json'
    source.write_text(content)
    done = run_tool(
        'dataset_converters/take_subset.py', source, tmp_path / 'out.json'
    )
    assert done.returncode == 2
    # mmengine may warn of setuptools before
    line = done.stderr.strip().splitlines()[-1]
    assert words in line
    assert 'Traceback' not in done.stderr
    assert not (tmp_path / 'out.json').exists()


@pytest.mark.parametrize('num', [0, -1])
def test_subset_takes_at_least_one_image(tmp_path, num):
    source, target = tmp_path / 'all.json', tmp_path / 'few.json'
    source.write_text(json.dumps(annotate({3: [(5, 5000)], 4: [(5, 5000)]})))
    done = run_tool(
        *('dataset_converters/take_subset.py', source, target),
        *('--num', num),
    )
    assert done.returncode == 2
    line = done.stderr.strip().splitlines()[-1]
    assert f'error: --num must be at least 1, got {num}' in line
    assert not target.exists()


@pytest.mark.parametrize('way', ['same', 'roundabout', 'link'])
def test_subset_does_not_replace_its_source(tmp_path, way):
    source = tmp_path / 'all.json'
    source.write_text(json.dumps(annotate({3: [(5, 5000)], 4: [(5, 5000)]})))
    before = source.read_bytes()
    target = {
        'same': source,
        'roundabout': tmp_path / 'none' / '..' / 'all.json',
        'link': tmp_path / 'few.json',
    }[way]
    if way == 'link':
        target.symlink_to(source)
    done = run_tool(
        'dataset_converters/take_subset.py', source, target, '--num', 1
    )
    assert done.returncode == 2
    line = done.stderr.strip().splitlines()[-1]
    assert f'error: {target} is the source itself' in line
    assert source.read_bytes() == before
    assert target.is_symlink() == (way == 'link')
