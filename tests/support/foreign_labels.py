"""Projects of other labelling tools, written by sleap-io from COCO files."""

import json
from pathlib import Path

import numpy as np
import sleap_io as sio
from sleap_io.io import csv, ultralytics


def to_sleap(content, folder, predicted=False, tracks=False, shape=None):
    """Hold the content of a COCO file as sleap-io does.

    Images become one sequence, in the order of the file. Keypoints with
    v 0 are NaN.
    """
    (category,) = content['categories']
    names = category['keypoints']
    # it takes lists as its own
    skeleton = sio.Skeleton(
        list(names),
        [(names[a - 1], names[b - 1]) for a, b in category['skeleton']],
        name=category['name'],
    )
    files = [str(Path(folder) / i['file_name']) for i in content['images']]
    video = sio.Video.from_filename(files)
    individuals = {}
    frames = []
    for index, image in enumerate(content['images']):
        instances = []
        for person in content['annotations']:
            if person['image_id'] != image['id']:
                continue
            rows = np.reshape(person['keypoints'], (-1, 3)).astype(float)
            points = np.where(rows[:, 2:] > 0, rows[:, :2], np.nan)
            track = None
            if tracks:
                name = f'animal {len(instances)}'
                track = individuals.setdefault(name, sio.Track(name))
            if predicted:
                instance = sio.PredictedInstance.from_numpy(
                    points, skeleton=skeleton, track=track, score=0.5
                )
            else:
                instance = sio.Instance.from_numpy(
                    points, skeleton=skeleton, track=track
                )
            instances.append(instance)
        frames.append(
            sio.LabeledFrame(
                video, index, instances, is_negative=not instances
            )
        )
    return sio.Labels(frames, tracks=list(individuals.values()))


def write_deeplabcut(labels, root):
    """Write a project of DeepLabCut, with the images in its folder.

    sleap-io writes the table; the images it names, and the config, are added
    as DeepLabCut has them.
    """
    sequence = labels.videos[0].filename
    folder = Path(root, 'labeled-data', 'cage')
    folder.mkdir(parents=True)
    # sleap-io names images after the video, which is a sequence here
    for frame in labels:
        source = Path(sequence[frame.frame_idx])
        name = f'img{frame.frame_idx:04d}{source.suffix}'
        (folder / name).write_bytes(source.read_bytes())
    labels.videos[0].replace_filename('cage.mp4', open=False)
    csv.write_labels(
        labels,
        folder / 'CollectedData_me.csv',
        format='dlc',
        include_score=False,
        scorer='me',
    )
    labels.videos[0].replace_filename(sequence)
    skeleton = labels.skeleton
    settings = {
        'Task': skeleton.name,
        'scorer': 'me',
        'multianimalproject': True,
        'multianimalbodyparts': skeleton.node_names,
        'bodyparts': 'MULTI!',
        'skeleton': [list(edge) for edge in skeleton.edge_names],
        'video_sets': {'/gone/cage.mp4': {'crop': '0, 9, 0, 9'}},
    }
    # JSON is YAML
    config = Path(root, 'config.yaml')
    config.write_text(json.dumps(settings))
    return config


def write_ultralytics(labels, root):
    """Write a data set of Ultralytics of one split."""
    ultralytics.write_labels(
        labels, str(root), split_ratios={'train': 1.0}, verbose=False
    )
    return Path(root, 'data.yaml')
