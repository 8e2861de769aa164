"""MMPoseInferencer runs our configs on files, folders, videos and arrays."""

import cv2
import numpy as np
import pytest
from image_files import encode
from inference_data import picture, write_model, write_video
from mmengine.config import Config
from mmpose.apis import MMPoseInferencer
from small_configs import CONFIGS, count_keypoints

import higherhrnet_plugin  # noqa: F401


def find_kinds():
    """Return one config for each data set, with UDP and without."""
    kinds = {}
    for path in CONFIGS:
        cfg = Config.fromfile(path)
        data_set = cfg.test_dataloader.dataset.type
        udp = cfg.model.head.codec.get('use_udp', False)
        name = f'{data_set}-{count_keypoints(cfg)}{"-udp" * udp}'
        kinds.setdefault(name, path)
    return kinds


KINDS = find_kinds()


def make_inferencer(folder, *args, **options):
    config, weights = write_model(folder, *args, **options)
    return MMPoseInferencer(
        pose2d=config, pose2d_weights=weights, device='cpu'
    )


def people(results):
    """Return keypoints (N, K, 2) of every image."""
    return [
        np.array([person['keypoints'] for person in image])
        for result in results
        for image in result['predictions']
    ]


def test_the_kinds_that_matter_are_there():
    numbers = {name.split('-')[1] for name in KINDS}
    assert {'14', '17', '133'} <= numbers
    assert any(name.endswith('udp') for name in KINDS)


@pytest.mark.parametrize('kind', KINDS)
def test_every_input_agrees(kind, tmp_path):
    inferencer = make_inferencer(tmp_path, KINDS[kind])
    k = inferencer.inferencer.model.head.num_keypoints
    files = [str(tmp_path / 'images' / f'{i}.png') for i in range(3)]
    images = [cv2.imread(file) for file in files]
    out = tmp_path / 'out'
    found = people(inferencer(files[1], out_dir=str(out)))
    (expected,) = found
    assert expected.shape[1:] == (k, 2)
    assert len(expected)
    assert [p.name for p in out.rglob('*.png')] == ['1.png']
    folder = people(inferencer(str(tmp_path / 'images'), batch_size=2))
    ways = {
        'array': people(inferencer(images[1])),
        'folder': folder[1:2],
        'list of files': people(inferencer(files, batch_size=3))[1:2],
        'list of arrays': people(inferencer(images, batch_size=3))[1:2],
    }
    assert len(folder) == 3
    for way, (other,) in ways.items():
        np.testing.assert_allclose(other, expected, atol=1e-3, err_msg=way)


def test_video(tmp_path):
    inferencer = make_inferencer(tmp_path)
    video = write_video(tmp_path / 'walk.avi', 3)
    found = people(inferencer(str(video), out_dir=str(tmp_path / 'out')))
    capture = cv2.VideoCapture(str(video))
    frames = [capture.read()[1] for _ in range(3)]
    assert len(found) == 3
    for one, other in zip(found, people(inferencer(frames))):
        np.testing.assert_allclose(one, other, atol=1e-3)
    assert list((tmp_path / 'out').rglob('walk.*'))


@pytest.mark.parametrize('kind', ['PNG', 'WEBP'])
def test_photographs_are_turned(tmp_path, kind):
    inferencer = make_inferencer(tmp_path)
    upright = picture(96, 80)
    stored = np.rot90(upright[..., ::-1])
    args = {} if kind == 'PNG' else dict(lossless=True)
    photo = tmp_path / f'photo.{kind.lower()}'
    photo.write_bytes(encode(stored, kind, 6, **args))
    (found,) = people(inferencer(str(photo)))
    (expected,) = people(inferencer(upright))
    assert len(found) > 0
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_mixed_shapes(tmp_path):
    inferencer = make_inferencer(tmp_path)
    images = [picture(*size) for size in ((96, 80), (64, 120), (90, 33))]
    together = people(inferencer(images, batch_size=3))
    for image, found in zip(images, together):
        (alone,) = people(inferencer(image))
        np.testing.assert_allclose(found, alone, atol=1e-3)


def test_thresholds_of_the_decoder_reach_the_result(tmp_path):
    """They are in the config, as no argument of a call gets there."""
    (tmp_path / 'all').mkdir()
    image = picture(96, 80)
    every = make_inferencer(tmp_path / 'all')
    (result,) = every(image)
    scores = [
        score
        for person in result['predictions'][0]
        for score in person['keypoint_scores']
    ]
    limit = float(np.median(scores))
    (tmp_path / 'few').mkdir()
    few = make_inferencer(
        tmp_path / 'few', score_thr=limit, fill_missing=False
    )
    (result,) = few(image)
    kept = np.array([p['keypoint_scores'] for p in result['predictions'][0]])
    assert (kept == 0).any()
    assert (kept[kept > 0] > limit).all()
    # mmpose 1.3.2 does not hand it to bottom-up models
    (same,) = few(image, bbox_thr=2.0)
    assert len(same['predictions'][0]) == len(kept) > 0


def test_the_best_people_reach_the_result(tmp_path):
    image = picture(96, 80)
    (tmp_path / 'all').mkdir()
    (result,) = make_inferencer(tmp_path / 'all')(image)
    scores = sorted(p['bbox_score'] for p in result['predictions'][0])
    assert len(scores) > 3
    (tmp_path / 'best').mkdir()
    best = make_inferencer(tmp_path / 'best', max_instances=2)
    (result,) = best(image)
    kept = [p['bbox_score'] for p in result['predictions'][0]]
    np.testing.assert_allclose(kept, scores[:-3:-1], rtol=1e-5)
    for person in result['predictions'][0]:
        ((left, top, right, bottom),) = person['bbox']
        x, y = np.transpose(person['keypoints'])
        seen = np.array(person['keypoint_scores']) > 0
        np.testing.assert_allclose(
            (left, top, right, bottom),
            (x[seen].min(), y[seen].min(), x[seen].max(), y[seen].max()),
            atol=1e-3,
        )
    (tmp_path / 'sure').mkdir()
    limit = scores[len(scores) // 2]
    (result,) = make_inferencer(tmp_path / 'sure', instance_thr=limit)(image)
    kept = [p['bbox_score'] for p in result['predictions'][0]]
    assert min(kept) >= limit
    assert len(kept) == sum(s >= limit for s in scores)
