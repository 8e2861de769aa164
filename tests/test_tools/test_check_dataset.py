"""check_dataset, as a user calls it and inside this process."""

import json
import shutil
import sys

import cv2
import numpy as np
import pytest
from own_data import clean_file, people_of, read
from PIL import Image
from processes import ROOT, run_python
from small_configs import TINY

TOOLS = ROOT / 'tools' / 'dataset_converters'
FLIPS = [f'{i},{i + 1}' for i in range(1, 17, 2)]


@pytest.fixture(scope='module')
def clean(tmp_path_factory):
    root = tmp_path_factory.mktemp('clean')
    file = clean_file(root, people=(0, 2, 4, 1, 8, 8))
    content = read(file)
    rng = np.random.default_rng(0)
    # left points to the right of right ones, as of people seen from the front
    for person in people_of(content):
        points = np.reshape(person['keypoints'], (-1, 3))
        x = person['bbox'][0] + rng.uniform(2, 6, len(points))
        points[:, 0] = np.where(points[:, 2] > 0, x, 0)
        points[1::2, 0] += 20 * (points[1::2, 2] > 0)
        person['keypoints'] = points.reshape(-1).tolist()
    file.write_text(json.dumps(content))
    return file


@pytest.fixture
def data(clean, tmp_path):
    """Copy the data set; return a function that changes its file."""
    shutil.copytree(clean.parent, tmp_path / 'data')
    file = tmp_path / 'data' / clean.name

    def change(edit=None):
        content = read(file)
        if edit:
            edit(content)
        file.write_text(json.dumps(content))
        return file

    return change


@pytest.fixture
def check(monkeypatch, capsys, tmp_path):
    """Run the tool in this process."""
    monkeypatch.syspath_prepend(str(TOOLS))
    import check_dataset

    def run(file, *args, images=None):
        out = tmp_path / 'out'
        images = images or file.parent / 'images'
        argv = [str(file), str(images), '--out', str(out), *map(str, args)]
        monkeypatch.setattr(sys, 'argv', ['check_dataset.py', *argv])
        with pytest.raises(SystemExit) as ended:
            check_dataset.main()
        text = capsys.readouterr()
        report = out / 'report.json'
        found = read(report) if report.is_file() else None
        return ended.value.code, text.out + text.err, found

    return run


def test_a_sound_data_set_passes(clean, tmp_path):
    out = tmp_path / 'out'
    done = run_python(
        TOOLS / 'check_dataset.py',
        clean,
        clean.parent / 'images',
        '--flip-pairs',
        *FLIPS,
        '--out',
        out,
        '--num',
        5,
        '--input-size',
        240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-2] == 'passed'
    assert '6/6' in done.stderr
    report = read(out / 'report.json')
    assert report['passed']
    assert report['failures'] == []
    assert report['people_per_image'] == {
        '0': 1,
        '1': 1,
        '2': 1,
        '4': 1,
        '8': 2,
    }
    assert '   8:       2 ####' in done.stdout
    assert report['pictures'] == dict(
        opened=6, broken=[], other_size=[], hints=[], turned=[]
    )
    # counted again by hand
    values = np.array([p['keypoints'][2::3] for p in people_of(read(clean))])
    for i, row in enumerate(report['visibility']):
        assert [row[k] for k in ('not_labelled', 'hidden', 'visible')] == [
            int((values[:, i] == v).sum()) for v in range(3)
        ]
    heights = [p['bbox'][3] * 2 for p in people_of(read(clean))]
    assert report['sizes']['median_height'] == pytest.approx(
        np.median(heights)
    )
    assert len(report['flips']) == 8
    assert all(row['left_share'] == 0 for row in report['flips'])
    sheet = cv2.imread(str(out / report['sheet']))
    # five pictures in rows of four
    assert sheet.shape[1] == 4 * 404
    assert sheet.shape[0] == 2 * (300 + 18 + 4)
    # colours, which the grey data set has none of outside of people
    assert sheet[:300].std() > 10


def test_a_config_tells_keypoints_and_flips(data, check):
    code, text, report = check(data(), '--config', TINY)
    assert code == 0, text
    assert report['visibility'][1]['keypoint'] == '1 left_eye'
    assert report['flips'][0]['names'][0].endswith('left_eye')
    assert report['sizes']['input_size'] == 128


def swap_one_pair(content):
    for person in people_of(content):
        points = np.reshape(person['keypoints'], (-1, 3))
        points[[5, 6]] = points[[6, 5]]
        person['keypoints'] = points.reshape(-1).tolist()


def relative(content):
    for person in people_of(content):
        values = np.array(person['keypoints'])
        values[0::3] /= 160
        values[1::3] /= 120
        person['keypoints'] = values.tolist()


def outside(content):
    for person in people_of(content):
        person['keypoints'][:3] = 500, 500, 2


def lost(content):
    content['images'].append(
        dict(id=99, file_name='lost.png', width=5, height=5)
    )


def other_size(content):
    # without its crowd, whose encoding would not fit, either
    content['annotations'] = content['annotations'][1:]
    content['images'][0].update(width=120, height=160)


def unlabelled(content):
    for person in people_of(content):
        person.update(keypoints=[], num_keypoints=0)


def bad_visibility(content):
    content['annotations'][1]['keypoints'] = [1, 2, 3] * 17


@pytest.mark.parametrize(
    ('edit', 'words'),
    [
        (swap_one_pair, 'flip pair 5 - 6 lies against the other pairs'),
        (relative, 'fractions of the image: all x and y'),
        (outside, 'keypoints outside of the image'),
        (lost, '1 of 7 images are not in'),
        (
            other_size,
            '1 pictures have another size than the file '
            'says: 0.png is (160, 120), the file says (120, 160)',
        ),
        (unlabelled, 'nobody has labelled keypoints'),
        (bad_visibility, 'visibility 3'),
    ],
)
def test_a_defect_fails_with_its_reason(data, check, edit, words):
    code, text, report = check(
        data(edit), '--num-keypoints', 17, '--flip-pairs', *FLIPS
    )
    assert code == 1
    assert not report['passed']
    (reason,) = report['failures']
    assert words in reason
    assert f'FAIL: {reason}' in text
    assert '\nfailed\n' in text


def test_a_broken_picture_fails(data, check):
    file = data()
    (file.parent / 'images' / '2.png').write_bytes(b'nothing')
    code, _, report = check(file, '--flip-pairs', *FLIPS)
    assert code == 1
    (reason,) = report['failures']
    assert reason.startswith('1 pictures cannot be read: 2.png')


def test_repairs_and_oddities_are_warnings(data, check):
    def edit(content):
        for person in people_of(content):
            del person['bbox'], person['segmentation']
            person['keypoints'][6:9] = 0, 0, 0
            del person['num_keypoints']

    code, text, report = check(data(edit), '--input-size', 20)
    assert code == 0, text
    repaired = report['repairs']['repaired']
    assert repaired['`bbox` derived from the keypoints']['count'] == 23
    assert 'keypoint 2 is never labelled' in report['warnings']
    assert any('no flip pairs' in w for w in report['warnings'])
    assert any('are small at input size 20' in w for w in report['warnings'])


def test_a_single_person_everywhere_is_told(data, check):
    def edit(content):
        seen = set()
        for person in people_of(content):
            if person['image_id'] in seen:
                content['annotations'].remove(person)
            seen.add(person['image_id'])

    _, _, report = check(data(edit), '--flip-pairs', *FLIPS)
    assert any('push loss' in w for w in report['warnings'])


def test_names_of_the_file_tell_the_pairs(data, check):
    def edit(content):
        names = ['nose'] + [f'{s}_{i}' for i in range(8) for s in ('l', 'r')]
        content['categories'] = [
            dict(id=1, name='x', keypoints=names, skeleton=[[1, 2], [2, 3]])
        ]

    code, text, report = check(data(edit))
    assert code == 0, text
    assert [row['pair'] for row in report['flips']] == [
        [i, i + 1] for i in range(1, 17, 2)
    ]
    assert report['flips'][0]['names'] == ['1 l_0', '2 r_0']


@pytest.mark.parametrize(
    ('args', 'words'),
    [
        (['--flip-pairs', '1-2'], "'1-2' is no pair"),
        (['--flip-pairs', '1,17'], 'no keypoint 17'),
        (['--flip-pairs', '1,2', '2,3'], 'keypoint 2 is in two pairs'),
        (['--num-keypoints', '0'], '--num-keypoints is 0'),
        (['--input-size', '0'], '--input-size is 0'),
        (['--input-size', 'x'], 'invalid int'),
        (['--config', str(TINY), '--num-keypoints', '5'], 'config has 17'),
        (['--config', 'nowhere.py'], 'nowhere.py'),
    ],
)
def test_bad_usage(data, check, args, words):
    code, text, report = check(data(), *args)
    assert code == 2
    assert words in text
    assert report is None


def test_missing_paths_are_bad_usage(data, check, tmp_path):
    code, text, _ = check(tmp_path / 'no.json', images=tmp_path)
    assert code == 2
    assert 'no.json' in text
    code, text, _ = check(data(), images=tmp_path / 'nowhere')
    assert code == 2
    assert 'image folder not found' in text


@pytest.mark.parametrize('text', ['{', '[]', '{"images": []}'])
def test_an_unreadable_file_fails(data, check, text):
    file = data()
    file.write_text(text)
    code, _, report = check(file)
    assert code == 1
    (reason,) = report['failures']
    assert 'people.json' in reason


# --- pictures as training reads them ----------------------------------------


def save(file, name, kind, orientation=1, **args):
    """Write the picture 2.png under another name and in another format."""
    folder = file.parent / 'images'
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(folder / '2.png') as picture:
        picture.save(folder / name, kind, exif=exif, **args)
    content = read(file)
    content['images'][2]['file_name'] = name
    file.write_text(json.dumps(content))


def test_a_gif_is_read_as_in_training(data, check):
    file = data()
    save(file, '2.gif', 'GIF')
    code, _, report = check(file, '--flip-pairs', *FLIPS)
    assert code == 0
    assert report['pictures']['opened'] == 6


def test_a_picture_with_a_header_alone_fails(data, check):
    file = data()
    path = file.parent / 'images' / '2.png'
    path.write_bytes(path.read_bytes()[:300])
    code, _, report = check(file, '--flip-pairs', *FLIPS)
    assert code == 1
    (reason,) = report['failures']
    assert '2.png: cannot be read as an image: it is a PNG' in reason


def test_a_resized_picture_fails_or_is_scaled(data, check):
    file = data(lambda content: content['annotations'].pop(0))
    path = file.parent / 'images' / '2.png'
    cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), (80, 60)))
    code, _, report = check(file, '--flip-pairs', *FLIPS)
    assert code == 1
    (reason,) = report['failures']
    for words in ('2.png', '(80, 60)', '(160, 120)', "annotated_on='resized'"):
        assert words in reason
    args = ('--flip-pairs', *FLIPS, '--annotated-on', 'resized')
    code, _, report = check(file, *args)
    assert code == 0
    (kind,) = report['repairs']['repaired']
    assert 'scaled' in kind


def test_a_picture_on_its_head_is_told(data, check):
    file = data()
    save(file, '2.jpg', 'JPEG', 3)
    code, text, report = check(file, '--flip-pairs', *FLIPS)
    assert code == 0
    assert 'warning: 1 pictures may be annotated as stored: 2.jpg' in text
    assert len(report['pictures']['turned']) == 1
    args = ('--flip-pairs', *FLIPS, '--annotated-on', 'stored')
    code, text, _ = check(file, *args)
    assert 'may be annotated as stored' not in text


def test_a_dark_picture_is_told(data, check):
    file = data()
    path = file.parent / 'images' / '2.png'
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(path), image.astype(np.uint16) * 16)
    code, text, report = check(file, '--flip-pairs', *FLIPS)
    assert code == 0
    assert 'may not show what they should: 2.png: 16-bit image' in text
    assert len(report['pictures']['hints']) == 1
