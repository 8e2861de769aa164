"""Found people go to other tools, and come back as they were."""

import csv
import json

import numpy as np
import pytest
from labelled_images import KEYPOINTS, LINKS

from higherhrnet_plugin.inference.coco_results import write_results
from higherhrnet_plugin.inference.inputs import Source
from higherhrnet_plugin.interchange import (
    ImportOptions,
    export_people,
    import_labels,
)
from higherhrnet_plugin.structures.people import People

sio = pytest.importorskip(
    'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
)
video_files = pytest.importorskip('video_files')

# NTSC, whose rate is no whole number
RATE = 30000 / 1001


def find_people(rng, count, identities=None):
    """Make people up as the decoder returns them; one keypoint is missing."""
    points = rng.uniform(1, 60, (count, 4, 2)).astype(np.float32)
    scores = rng.uniform(0.1, 1, (count, 4)).astype(np.float32)
    scores[:1, 2] = 0
    points[scores == 0] = 0
    return People(
        keypoints=points,
        keypoint_scores=scores,
        scores=scores.mean(axis=1),
        tags=np.zeros((count, 1), np.float32),
        found=scores > 0,
        identities=None if identities is None else np.array(identities),
    ).to_records()


def write_run(root, tracks=True, videos=('a/clip.mp4',), images=()):
    """Write what inference writes; track 2 has a gap."""
    rng = np.random.default_rng(0)
    records = []
    for name in images:
        source = Source(str(root / name), name, 'image')
        people = find_people(rng, 2)
        records.append((source, dict(width=96, height=64, people=people)))
    for name in videos:
        source = Source(str(root / name), name, 'video')
        for frame, ids in enumerate(([1, 2], [1], [], [2], [1, 2])):
            record = dict(
                width=96,
                height=64,
                frame=frame,
                time=round(frame / RATE, 6),
                people=find_people(rng, len(ids), ids if tracks else None),
            )
            records.append((source, record))
    category = dict(id=1, name='mouse', keypoints=KEYPOINTS, skeleton=LINKS)
    write_results(root, records, category)
    return root / 'predictions.json'


def rows_by_frame(root):
    """Read what inference has written, by source and frame."""
    images = json.loads((root / 'images.json').read_text())['images']
    rows = json.loads((root / 'predictions.json').read_text())
    names = {
        i['id']: (i.get('video', i['file_name']), i.get('frame', 0))
        for i in images
    }
    found = {}
    for row in rows:
        found.setdefault(names[row['image_id']], []).append(row)
    return found


def check_instances(instances, rows, scores):
    """Compare instances of sleap-io with rows of COCO results."""
    assert len(instances) == len(rows)
    for instance, row in zip(instances, rows):
        values = np.reshape(row['keypoints'], (4, 3))
        there = values[:, 2:] > 0
        wanted = np.where(there, values[:, :2], np.nan)
        np.testing.assert_allclose(instance.numpy(), wanted, rtol=1e-6)
        if scores:
            assert instance.score == pytest.approx(row['score'], rel=1e-6)
        np.testing.assert_allclose(
            instance.points['score'][there[:, 0]],
            values[there[:, 0], 2],
            rtol=1e-6,
        )
        track = instance.track.name if instance.track else None
        number = row.get('track_id')
        assert track == (None if number is None else f'track_{number}')


@pytest.mark.parametrize('tracks', [False, True])
def test_sleap(tmp_path, tracks):
    predictions = write_run(tmp_path, tracks)
    out = tmp_path / 'mice.slp'
    lines = export_people(predictions, out)
    assert lines == [
        f'written: {out}: 5 images, 6 people, {2 * tracks} tracks'
    ]
    labels = sio.load_slp(str(out), open_videos=False)
    assert labels.skeleton.node_names == KEYPOINTS
    assert [[a + 1, b + 1] for a, b in labels.skeleton.edge_inds] == LINKS
    assert labels.video.filename == 'a/clip.mp4'
    assert labels.video.shape[1:3] == [64, 96]
    rows = rows_by_frame(tmp_path)
    assert {('a/clip.mp4', f.frame_idx) for f in labels} == rows.keys()
    for frame in labels:
        people = rows['a/clip.mp4', frame.frame_idx]
        check_instances(frame.instances, people, True)
        assert all(type(i) is sio.PredictedInstance for i in frame)


def test_from_sleap_back_to_coco(tmp_path):
    predictions = write_run(tmp_path, videos=('a/clip.mp4', 'b/clip.mp4'))
    for name in ('a', 'b'):
        (tmp_path / name).mkdir()
        frames = np.zeros((5, 64, 96, 3), np.uint8)
        file = tmp_path / name / 'clip.mp4'
        video_files.encode_video(file, frames, np.arange(5) / 30)
    out = tmp_path / 'mice.slp'
    export_people(predictions, out, [tmp_path])
    options = ImportOptions(predicted=True)
    import_labels(out, tmp_path / 'back', options)
    content = json.loads((tmp_path / 'back' / 'annotations.json').read_text())
    tracks = {t['id']: t['name'] for t in content['tracks']}
    for image in content['images']:
        key = image['video'], image['frame']
        rows = rows_by_frame(tmp_path)[key]
        found = [
            a for a in content['annotations'] if a['image_id'] == image['id']
        ]
        for person, row in zip(found, rows):
            values = np.reshape(row['keypoints'], (4, 3))
            values[:, 2] = 2 * (values[:, 2] > 0)
            np.testing.assert_allclose(
                person['keypoints'], values.ravel(), rtol=1e-6
            )
            name = tracks[person['track_id']]
            assert name == f'{key[0]} track_{row["track_id"]}'
    assert len(content['images']) == 8


def test_images_for_sleap(tmp_path):
    names = ('x/1.png', 'x/2.png')
    predictions = write_run(tmp_path, videos=(), images=names)
    out = tmp_path / 'mice.slp'
    export_people(predictions, out)
    labels = sio.load_slp(str(out), open_videos=False)
    assert labels.video.filename == list(names)
    rows = rows_by_frame(tmp_path)
    for frame in labels:
        people = rows[names[frame.frame_idx], 0]
        check_instances(frame.instances, people, True)


def test_tables(tmp_path):
    predictions = write_run(tmp_path, images=('1.png',))
    out = tmp_path / 'mice.csv'
    export_people(predictions, out)
    with out.open(newline='') as file:
        lines = list(csv.DictReader(file))
    found = {}
    for line in lines:
        key = line['video_path'], int(line['frame_idx'])
        found.setdefault(key, []).append(line)
    wanted = rows_by_frame(tmp_path)
    assert found.keys() == wanted.keys()
    for key, rows in wanted.items():
        for line, row in zip(found[key], rows):
            values = np.reshape(row['keypoints'], (4, 3))
            for name, (x, y, score) in zip(KEYPOINTS, values):
                if score:
                    assert float(line[f'{name}.x']) == pytest.approx(x)
                    assert float(line[f'{name}.y']) == pytest.approx(y)
                    assert float(line[f'{name}.score']) == pytest.approx(
                        score, rel=1e-5
                    )
                else:
                    assert line[f'{name}.x'] == line[f'{name}.y'] == ''
            assert float(line['score']) == pytest.approx(row['score'])
            number = row.get('track_id')
            assert line['track'] == (f'track_{number}' if number else '')


@pytest.mark.parametrize('numbered', [True, False])
def test_nwb(tmp_path, numbered):
    """With and without a person to whom --track has given no number."""
    pynwb = pytest.importorskip('pynwb')
    predictions = write_run(tmp_path)
    if not numbered:
        rows = json.loads(predictions.read_text())
        assert rows[0].pop('track_id') == 1
        predictions.write_text(json.dumps(rows))
    out = tmp_path / 'mice.nwb'
    export_people(predictions, out)
    rows = rows_by_frame(tmp_path)
    with pynwb.NWBHDF5IO(str(out), 'r', load_namespaces=True) as stream:
        module = stream.read().processing['SLEAP_VIDEO_000_clip']
        for number in (1, 2):
            pose = module[f'track=track_{number}']
            assert list(pose.skeleton.nodes[:]) == KEYPOINTS
            assert (pose.skeleton.edges[:] + 1).tolist() == LINKS
            for k, name in enumerate(KEYPOINTS):
                # by an independent walk over the file of inference
                wanted = [
                    (frame / RATE, *row['keypoints'][3 * k : 3 * k + 3])
                    for (_, frame), people in rows.items()
                    for row in people
                    if row.get('track_id') == number
                    and row['keypoints'][3 * k + 2] > 0
                ]
                series = pose[name]
                got = np.column_stack(
                    (
                        series.timestamps[:],
                        series.data[:],
                        series.confidence[:],
                    )
                )
                np.testing.assert_allclose(
                    got, np.reshape(wanted, (-1, 4)), atol=1e-5
                )
    # the reader of sleap-io finds the same people
    labels = sio.load_nwb(str(out))
    assert sum(len(frame) for frame in labels) == 6 - (not numbered)


@pytest.mark.parametrize(
    ('run', 'name', 'message'),
    [
        (dict(tracks=False), 'a.nwb', 'be written.*find them with --track'),
        (dict(videos=('a.mp4', 'b.mp4')), 'a.nwb', '--video NAME'),
        (dict(videos=(), images=('1.png',)), 'a.nwb', 'one video'),
        ({}, 'a.txt', "one of \\['.slp', '.nwb', '.csv'\\]"),
        ({}, 'predictions.csv', 'exists: choose'),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path, run, name, message):
    predictions = write_run(tmp_path, **run)
    (tmp_path / 'predictions.csv').write_text('mine')
    with pytest.raises(ValueError, match=message):
        export_people(predictions, tmp_path / name)
    assert (tmp_path / 'predictions.csv').read_text() == 'mine'
    assert not (tmp_path / 'a.nwb').exists()


def test_one_of_several_videos(tmp_path):
    predictions = write_run(tmp_path, videos=('a.mp4', 'b.mp4'))
    out = tmp_path / 'b.nwb'
    export_people(predictions, out, video='b.mp4')
    assert out.is_file()
    with pytest.raises(ValueError, match=r"no video 'c.mp4', but \['a.mp4'"):
        export_people(predictions, tmp_path / 'c.nwb', video='c.mp4')


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (dict(image_id=77), 'of different runs'),
        (dict(keypoints=[1, 2, 3]), '12 are expected'),
        (dict(score=None), 'not what inference writes'),
    ],
)
def test_other_files_are_refused(tmp_path, change, message):
    predictions = write_run(tmp_path)
    rows = json.loads(predictions.read_text())
    rows[0].update(change)
    predictions.write_text(json.dumps(rows))
    with pytest.raises(ValueError, match=message):
        export_people(predictions, tmp_path / 'a.slp')
