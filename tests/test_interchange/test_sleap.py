"""What sleap-io reads as it is: SLEAP, JABS and AlphaTracker."""

import contextlib
import json
import socket
from pathlib import Path

import cv2
import numpy as np
import pytest
from labelled_images import make_content, read_result

from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.sleap import SLEAP_IO, read_sleap

ROOT = Path(__file__).resolve().parents[2]
sio = pytest.importorskip(
    'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
)
video_files = pytest.importorskip('video_files')


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
    content = read_result(tmp_path / 'out')
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
    content = read_result(tmp_path / 'out')
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
    assert len(read_result(tmp_path / 'out')['images']) == 3


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
    content = read_result(tmp_path / 'out')
    assert content['categories'][0]['keypoints'] == ['corner']
    assert [a['keypoints'] for a in content['annotations']] == [[1, 1, 2]]


def test_addresses_in_files_of_sleap_are_not_asked_for(tmp_path, clips):
    with socket.create_server(('127.0.0.1', 0)) as server:
        server.settimeout(0.2)
        address = f'http://127.0.0.1:{server.getsockname()[1]}/x.mp4'
        labels = label_clips(clips, tmp_path / 'mice.slp')
        labels.videos[0].replace_filename(address, open=False)
        file = tmp_path / 'far.slp'
        sio.save_slp(labels, str(file), verbose=False)
        with contextlib.suppress(TimeoutError):
            # of sleap-io's own writer
            while server.accept():
                pass
        assert read_sleap(file).images[0].source == address
        with pytest.raises(FileNotFoundError, match='1 of 2'):
            import_labels(file, tmp_path / 'out')
        with pytest.raises(TimeoutError):
            server.accept()


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
    with pytest.raises(
        ValueError, match=r'(?s)keypoints is left\n.*1 predicted'
    ):
        import_labels(file, tmp_path / 'out')
    import_labels(file, tmp_path / 'out', ImportOptions(predicted=True))
    content = read_result(tmp_path / 'out')
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
    result = read_result(tmp_path / 'out')
    assert [a['keypoints'] for a in result['annotations']] == [
        [10.5, 20, 2, 30, 20, 2],
        [10.5, 5, 2, 0, 0, 0],
    ]
    assert result['categories'][0]['keypoints'] == ['1', '2']
    assert len(result['images']) == 1
