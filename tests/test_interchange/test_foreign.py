"""What sleap-io reads, in the forms in which the tools themselves write it."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from labelled_images import make_content

from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.deeplabcut import read_deeplabcut
from higherhrnet_plugin.interchange.label_studio import read_label_studio
from higherhrnet_plugin.interchange.sleap import SLEAP_IO, read_sleap

ROOT = Path(__file__).resolve().parents[2]
sio = pytest.importorskip(
    'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
)
foreign = pytest.importorskip('foreign_labels')
video_files = pytest.importorskip('video_files')


def read(out):
    return json.loads((out / 'annotations.json').read_text())


def points(*rows):
    return np.array(rows, dtype=float)


@pytest.fixture
def clips(tmp_path):
    """Write two videos of the same name, whose frames tell what they are."""
    found = []
    for number in (1, 2):
        frames = np.zeros((6, 64, 96, 3), np.uint8)
        for index in range(6):
            frames[index] = 100 * number + 10 * index
        file = tmp_path / f'day {number}' / 'clip.mp4'
        file.parent.mkdir()
        times = np.arange(6) / 25
        found.append(video_files.encode_video(file, frames, times))
    return found


def test_versions_are_stated_once():
    text = (ROOT / 'pyproject.toml').read_text()
    assert f'"{SLEAP_IO}; python_version >= \'3.10\'"' in text


def label_clips(clips, out):
    """Label frames of both videos by hand and by a network."""
    mouse = sio.Skeleton(['nose', 'tail'], [('nose', 'tail')], name='mouse')
    one, two = (sio.Video.from_filename(str(clip)) for clip in clips)
    guess = sio.PredictedInstance.from_numpy(
        points((1, 2), (3, 4)), skeleton=mouse, score=0.5
    )
    by_hand = sio.Instance.from_numpy(points((5, 6), (7, 8)), skeleton=mouse)
    by_hand.from_predicted = guess
    hidden = sio.Instance.from_numpy(points((9, 10), (11, 12)), skeleton=mouse)
    hidden.points['visible'][1] = False
    other = sio.PredictedInstance.from_numpy(
        points((20, 21), (22, 23)), skeleton=mouse, score=0.5
    )
    frames = [
        sio.LabeledFrame(one, 4, [guess, by_hand]),
        sio.LabeledFrame(two, 1, [hidden]),
        sio.LabeledFrame(two, 3, [other]),
        sio.LabeledFrame(two, 5, [], is_negative=True),
        sio.LabeledFrame(two, 0, []),
    ]
    labels = sio.Labels(frames)
    sio.save_slp(labels, str(out), verbose=False)
    return labels


def test_frames_of_videos(tmp_path, clips):
    label_clips(clips, tmp_path / 'mice.slp')
    lines = import_labels(tmp_path / 'mice.slp', tmp_path / 'out')
    content = read(tmp_path / 'out')
    names = [image['file_name'] for image in content['images']]
    assert names == [
        'day 1/clip.mp4/000004.png',
        'day 2/clip.mp4/000001.png',
        'day 2/clip.mp4/000005.png',
    ]
    for name, value in zip(names, (140, 210, 250)):
        pixels = cv2.imread(str(tmp_path / 'out' / 'images' / name))
        assert np.abs(pixels.astype(int) - value).max() <= 5
    assert [(i['video'], i['frame']) for i in content['images']] == [
        *(('day 1/clip.mp4', 4), ('day 2/clip.mp4', 1), ('day 2/clip.mp4', 5)),
    ]
    assert [a['keypoints'] for a in content['annotations']] == [
        [5, 6, 2, 7, 8, 2],
        # not visible is not labelled, as SLEAP trains
        [9, 10, 2, 0, 0, 0],
    ]
    assert lines[0].startswith('sleap: 2 videos, 3 images, 2 people, 3 ')
    assert lines[1:-1] == [
        'left out: 1 predicted people, corrected by hand',
        'left out: 1 predicted people (--predicted takes them)',
        'left out: 1 images whose people were all left out',
        'left out: 1 images on which nobody is labelled (--keep-empty keeps '
        'them)',
    ]


def test_predicted_people_if_asked(tmp_path, clips):
    label_clips(clips, tmp_path / 'mice.slp')
    options = ImportOptions(predicted=True, keep_empty=True)
    import_labels(tmp_path / 'mice.slp', tmp_path / 'out', options)
    content = read(tmp_path / 'out')
    assert len(content['images']) == 5
    # the corrected one is not there twice
    assert len(content['annotations']) == 3


def test_videos_that_have_moved(tmp_path, clips):
    label_clips(clips, tmp_path / 'mice.slp')
    new = tmp_path / 'new'
    new.mkdir()
    for number in (1, 2):
        (tmp_path / f'day {number}').rename(new / f'day {number}')
    with pytest.raises(FileNotFoundError, match=r'2 of 2 .*day 1/clip.mp4'):
        import_labels(tmp_path / 'mice.slp', tmp_path / 'out')
    options = ImportOptions(places=(new,))
    import_labels(tmp_path / 'mice.slp', tmp_path / 'out', options)
    assert len(read(tmp_path / 'out')['images']) == 3


@pytest.mark.parametrize(
    ('count', 'size', 'message'),
    [
        (3, (96, 64), 'has 3 frames, and frame 4 is labelled'),
        (6, (64, 64), r'64x64 pixels, and was labelled on 96x64'),
        (0, (96, 64), 'cannot be opened as a video'),
    ],
)
def test_other_videos_are_refused(tmp_path, clips, count, size, message):
    label_clips(clips, tmp_path / 'mice.slp')
    frames = np.zeros((count, *size[::-1], 3), np.uint8)
    clips[0].write_bytes(b'no video')
    if count:
        clips[0].unlink()
        video_files.encode_video(clips[0], frames, np.arange(count) / 25)
    with pytest.raises(ValueError, match=message):
        import_labels(tmp_path / 'mice.slp', tmp_path / 'out')
    assert not (tmp_path / 'out' / 'annotations.json').exists()


def test_several_skeletons_need_a_choice(tmp_path, clips):
    labels = label_clips(clips, tmp_path / 'mice.slp')
    # names may be missing or the same
    cage = sio.Skeleton(['corner'], name='mouse')
    extra = sio.Instance.from_numpy(points((1, 1)), skeleton=cage)
    labels[0].instances.append(extra)
    labels.skeletons.append(cage)
    file = tmp_path / 'two.slp'
    sio.save_slp(labels, str(file), verbose=False)
    with pytest.raises(ValueError, match=r"\['mouse', 'mouse 2'\]"):
        import_labels(file, tmp_path / 'out')
    with pytest.raises(ValueError, match="keypoints of 'mouse' and 'mouse 2'"):
        import_labels(file, tmp_path / 'out', ImportOptions(skeleton='all'))
    options = ImportOptions(skeleton='mouse 2')
    import_labels(file, tmp_path / 'out', options)
    content = read(tmp_path / 'out')
    assert content['categories'][0]['keypoints'] == ['corner']
    assert [a['keypoints'] for a in content['annotations']] == [[1, 1, 2]]


def test_addresses_in_files_of_sleap_are_not_asked_for(tmp_path, clips):
    labels = label_clips(clips, tmp_path / 'mice.slp')
    labels.videos[0].replace_filename('http://127.0.0.1:9/x.mp4', open=False)
    file = tmp_path / 'far.slp'
    sio.save_slp(labels, str(file), verbose=False)
    assert read_sleap(file).images[0].source == 'http://127.0.0.1:9/x.mp4'


@pytest.mark.parametrize('kind', ['sleap', 'jabs', 'csv', 'alphatracker'])
def test_broken_files_are_named(tmp_path, kind):
    file = tmp_path / 'a_pose_est_v5.h5'
    file.write_text('nothing, x.y\n')
    with pytest.raises(ValueError, match=r'a_pose_est_v5\.h5'):
        import_labels(file, tmp_path / 'out', ImportOptions(kind=kind))


def test_jabs(tmp_path, clips):
    from sleap_io.io.jabs import JABS_DEFAULT_SKELETON as SKELETON

    # it names the video by itself
    clip = video_files.encode_video(
        tmp_path / 'cage.avi',
        np.zeros((4, 64, 96, 3), np.uint8),
        np.arange(4) / 25,
    )
    rows = np.arange(24).reshape(12, 2) + 10.0
    rows[3] = np.nan
    animal = sio.Instance.from_numpy(
        rows, skeleton=SKELETON, track=sio.Track('1')
    )
    video = sio.Video.from_filename(str(clip))
    labels = sio.Labels([sio.LabeledFrame(video, 2, [animal])])
    sio.save_jabs(labels, 5, str(tmp_path))
    (file,) = tmp_path.glob('*.h5')
    with pytest.raises(ValueError, match=r'(?s)nobody is left\n.*1 predicted'):
        import_labels(file, tmp_path / 'out')
    import_labels(file, tmp_path / 'out', ImportOptions(predicted=True))
    content = read(tmp_path / 'out')
    (image,), (person,) = content['images'], content['annotations']
    assert image['file_name'] == 'cage.avi/000002.png'
    wanted = np.insert(np.nan_to_num(rows), 2, 2, axis=1)
    wanted[3] = 0
    assert person['keypoints'] == wanted.ravel().tolist()
    assert person['track_id'] == 1
    assert content['categories'][0]['keypoints'][:2] == ['NOSE', 'LEFT_EAR']


def test_alphatracker(tmp_path):
    # as its own tool writes; sleap-io only reads it
    make_content(tmp_path, (1, 1))
    face = {'class': 'Face', 'x': 1, 'y': 2, 'width': 9, 'height': 9}
    dot = {'class': 'point', 'x': 10.5, 'y': 20}
    content = [
        {
            'filename': 'cage 001.png',
            'class': 'image',
            'annotations': [
                face,
                dot,
                {**dot, 'x': 30},
                face,
                {**dot, 'y': 5},
            ],
        },
        {'filename': 'cage 002.png', 'class': 'image', 'annotations': []},
    ]
    file = tmp_path / 'train9.json'
    file.write_text(json.dumps(content))
    import_labels(file, tmp_path / 'out')
    result = read(tmp_path / 'out')
    assert [a['keypoints'] for a in result['annotations']] == [
        [10.5, 20, 2, 30, 20, 2],
        [10.5, 5, 2, 0, 0, 0],
    ]
    assert result['categories'][0]['keypoints'] == ['1', '2']
    assert len(result['images']) == 1


# as DeepLabCut 2.3 and 3 write them: paths in three columns, unique parts
TABLE = """scorer,,,me,me,me,me,me,me
individuals,,,m1,m1,m1,m1,single,single
bodyparts,,,tail,tail,nose,nose,corner,corner
coords,,,x,y,x,y,x,y
labeled-data,day,img07.png,1.5,2,3,4,5,6
labeled-data,day,img3.png,,,7,8,,
labeled-data,day,img11.png,9,10,11,12,,
"""


def write_table(root, text=TABLE, names=('img07', 'img3', 'img11')):
    folder = root / 'labeled-data' / 'day'
    make_content(folder, (1, 1, 1))
    for number, name in enumerate(names, 1):
        (folder / f'cage 00{number}.png').rename(folder / f'{name}.png')
    file = folder / 'CollectedData_me.csv'
    file.write_text(text)
    return file


@pytest.mark.parametrize('width', [3, 1])
@pytest.mark.parametrize('config', [False, True])
def test_tables_of_deeplabcut(tmp_path, width, config):
    text = TABLE
    if width == 1:
        # versions before 2.2, on Windows
        for word in ('scorer', 'individuals', 'bodyparts', 'coords'):
            text = text.replace(f'{word},,,', f'{word},')
        text = text.replace('labeled-data,day,', 'labeled-data\\day\\')
    file = write_table(tmp_path, text)
    if config:
        (tmp_path / 'config.yaml').write_text(
            'Task: mice\nscorer: me\nmultianimalproject: true\n'
            'multianimalbodyparts: [nose, tail]\nskeleton: [[nose, tail],'
            ' [nose, corner]]\n'
        )
        file = tmp_path
    lines = import_labels(file, tmp_path / 'out')
    content = read(tmp_path / 'out')
    (category,) = content['categories']
    order = ['nose', 'tail'] if config else ['tail', 'nose']
    assert category['keypoints'] == order
    assert category['skeleton'] == ([[1, 2]] if config else [])
    assert category['name'] == ('mice' if config else 'animal')
    rows = {
        image['file_name']: np.reshape(
            [
                a['keypoints']
                for a in content['annotations']
                if a['image_id'] == image['id']
            ],
            (2, 3),
        )[[order.index('nose'), order.index('tail')]].tolist()
        for image in content['images']
    }
    assert rows == {
        'img07.png': [[3, 4, 2], [1.5, 2, 2]],
        'img3.png': [[7, 8, 2], [0, 0, 0]],
        'img11.png': [[11, 12, 2], [9, 10, 2]],
    }
    assert content['tracks'] == [{'id': 1, 'name': 'm1'}]
    assert 'left out: 1 unique body parts, which belong to nobody' in lines


def test_images_of_deeplabcut_that_are_missing_shift_nothing(tmp_path):
    file = write_table(tmp_path)
    (file.parent / 'img07.png').unlink()
    with pytest.raises(FileNotFoundError, match=r'1 of 3 .*img07.png'):
        import_labels(file, tmp_path / 'out')
    found = {
        Path(image.source).name: image.people[0].keypoints[1, 0]
        for image in read_deeplabcut(file).images
    }
    assert found == {'img07.png': 3, 'img3.png': 7, 'img11.png': 11}


def test_single_animals_of_deeplabcut(tmp_path):
    text = (
        'scorer,me,me,me,me\nbodyparts,a,a,b,b\ncoords,x,y,x,y\n'
        'labeled-data/day/img3.png,1,2,,\n'
    )
    (image,) = read_deeplabcut(write_table(tmp_path, text)).images
    np.testing.assert_array_equal(
        image.people[0].keypoints, [[1, 2, 2], [0, 0, 0]]
    )
    assert image.people[0].track == ''


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (('labeled-data,day,img07.png', '0,0,0'), 'is no image; predictions'),
        (('bodyparts', 'parts'), 'is no table of DeepLabCut'),
        (('1.5', 'here'), 'cannot be read'),
    ],
)
def test_other_tables_are_refused(tmp_path, change, message):
    file = write_table(tmp_path, TABLE.replace(*change))
    with pytest.raises(ValueError, match=message):
        read_deeplabcut(file)


def test_a_project_without_tables(tmp_path):
    (tmp_path / 'labeled-data').mkdir()
    (tmp_path / 'config.yaml').write_text('scorer: me\nbodyparts: [a]\n')
    with pytest.raises(FileNotFoundError, match=r'CollectedData_me.csv'):
        read_deeplabcut(tmp_path)
    write_table(tmp_path)
    with pytest.raises(ValueError, match=r"\['tail', 'nose'\] are labelled"):
        read_deeplabcut(tmp_path)


def studio_point(key, name, x, y, parent=None):
    return {
        'id': key,
        'type': 'keypointlabels',
        'original_width': 96,
        'original_height': 64,
        'parentID': parent,
        'value': {'x': x, 'y': y, 'width': 0.4, 'keypointlabels': [name]},
    }


def studio_task(results, image='/data/upload/1/01234567-cage%20001.png'):
    return {
        'id': 5,
        'data': {'image': image},
        'annotations': [
            {'was_cancelled': True, 'result': []},
            {'result': results},
            {'result': []},
        ],
    }


def test_exports_of_label_studio(tmp_path):
    # as the tool exports: sleap-io only reads files of its own form
    make_content(tmp_path / 'images', (1, 1, 1))
    boxes = [
        {
            'id': key,
            'type': 'rectanglelabels',
            'value': {'rectanglelabels': ['mouse']},
        }
        for key in ('one', 'two', 'empty')
    ]
    related = {'type': 'relation', 'from_id': 'two', 'to_id': 'd'}
    results = [
        *boxes,
        studio_point('a', 'nose', 25, 50, 'one'),
        studio_point('b', 'tail', 50, 75, 'one'),
        studio_point('c', 'nose', 75, 25, 'two'),
        studio_point('d', 'tail', 12.5, 100),
        related,
        {'id': 'x', 'type': 'choices', 'value': {}},
    ]
    tasks = [
        studio_task(results),
        studio_task([], '/data/local-files/?d=images/cage 002.png'),
        {'id': 7, 'data': {'image': 'x.png'}, 'annotations': []},
    ]
    file = tmp_path / 'studio.json'
    file.write_text(json.dumps(tasks))
    options = ImportOptions(places=(tmp_path / 'images',))
    lines = import_labels(file, tmp_path / 'out', options)
    content = read(tmp_path / 'out')
    assert [a['keypoints'] for a in content['annotations']] == [
        [24, 32, 2, 48, 48, 2],
        [72, 16, 2, 12, 64, 2],
    ]
    assert content['categories'][0]['keypoints'] == ['nose', 'tail']
    # submitted without anybody
    assert [i['file_name'] for i in content['images']] == [
        'cage 001.png',
        'cage 002.png',
    ]
    assert 'left out: 1 tasks without annotation' in lines
    assert 'left out: 2 cancelled annotations' in lines
    assert 'left out: 2 second and further annotations of an image' in lines


@pytest.mark.parametrize(
    ('task', 'message'),
    [
        (
            studio_task(
                [
                    studio_point('a', 'nose', 1, 1),
                    studio_point('b', 'nose', 2, 2),
                ]
            ),
            "several keypoints 'nose' that belong to no box",
        ),
        ({**studio_task([]), 'data': {}}, 'what image it is about'),
        ({'annotations': [{}], 'data': {'image': 'x'}}, 'cannot be read'),
    ],
)
def test_doubtful_tasks_are_refused(tmp_path, task, message):
    file = tmp_path / 'studio.json'
    file.write_text(json.dumps([task]))
    with pytest.raises(ValueError, match=message):
        read_label_studio(file)


def test_tables_with_addresses_are_refused(tmp_path):
    file = tmp_path / 'a.csv'
    file.write_text(
        'video_path,frame_idx,nose.x,nose.y\nhttp://127.0.0.1:9/x.mp4,0,1,2\n'
    )
    with pytest.raises(ValueError, match='names an address'):
        import_labels(file, tmp_path / 'out')
