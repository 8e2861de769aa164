"""take_subset, plot_curves and draw_predictions, as a user calls them."""

import json

import cv2
import pytest
import torch
from data_sets import write_data_set
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from processes import run_tool
from small_configs import TINY, load_small

import higherhrnet_plugin  # noqa: F401


def annotate(people):
    """Write {image: [(num_keypoints, area), ...]} in COCO form."""
    annotations = [
        dict(image_id=image, num_keypoints=number, area=area)
        for image, rows in people.items()
        for number, area in rows
    ]
    images = [dict(id=image) for image in people]
    return dict(images=images, annotations=annotations, categories=[])


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
    done = run_tool('dataset/take_subset.py', source, target, '--num', 2)
    assert done.returncode == 0, done.stderr
    subset = json.loads(target.read_text())
    assert [image['id'] for image in subset['images']] == [3, 8]
    assert [a['image_id'] for a in subset['annotations']] == [3, 8, 8]
    assert subset['categories'] == []


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        pytest.param('{', 'all.json', id='broken'),
        pytest.param('{}', "'annotations'", id='not-coco'),
        pytest.param(
            json.dumps(annotate({1: [(5, 100)]})), 'only 0', id='too-few'
        ),
    ],
)
def test_subset_refuses(tmp_path, content, words):
    source = tmp_path / 'all.json'
    source.write_text(content)
    done = run_tool('dataset/take_subset.py', source, tmp_path / 'out.json')
    assert done.returncode == 2
    # mmengine may warn of setuptools before
    line = done.stderr.strip().splitlines()[-1]
    assert words in line
    assert 'Traceback' not in done.stderr
    assert not (tmp_path / 'out.json').exists()


def test_curves_are_drawn(tmp_path):
    folder = tmp_path / 'run' / 'vis_data'
    folder.mkdir(parents=True)
    rows = [dict(loss=2 / i, loss_pull=1 / i, step=i) for i in range(1, 9)]
    rows.append({'coco/AP': 0.5, 'coco/AP (M)': -1, 'step': 1})
    file = folder / 'scalars.json'
    file.write_text('\n'.join(map(json.dumps, rows)))
    out = tmp_path / 'curves.png'
    done = run_tool('analysis/plot_curves.py', tmp_path, '--out', out)
    assert done.returncode == 0, done.stderr
    whole = cv2.imread(str(out))
    assert whole.shape[0] > 300
    # the file itself will do
    done = run_tool('analysis/plot_curves.py', file, '--out', out)
    assert done.returncode == 0, done.stderr
    assert (cv2.imread(str(out)) == whole).all()

    file.write_text('{"loss": 1')
    done = run_tool('analysis/plot_curves.py', tmp_path, '--out', out)
    assert done.returncode == 2
    assert 'scalars.json, line 1' in done.stderr
    file.write_text('')
    done = run_tool('analysis/plot_curves.py', file, '--out', out)
    assert 'scalars.json is empty' in done.stderr
    file.unlink()
    done = run_tool('analysis/plot_curves.py', tmp_path, '--out', out)
    assert 'has no */vis_data/scalars.json' in done.stderr
    assert 'Traceback' not in done.stderr


def test_predictions_are_drawn(tmp_path):
    cfg = load_small(TINY, write_data_set(tmp_path), tmp_path / 'work')
    init_default_scope('mmpose')
    model = MODELS.build(cfg.model)
    torch.save({'state_dict': model.state_dict()}, tmp_path / 'model.pth')
    cfg.dump(tmp_path / 'config.py')
    out = tmp_path / 'pictures'
    done = run_tool(
        'visualization/draw_predictions.py',
        *(tmp_path / 'config.py', tmp_path / 'model.pth'),
        *('--out', out, '--num', '2', '--cpu'),
    )
    assert done.returncode == 0, done.stderr
    pictures = sorted(out.iterdir())
    assert [p.name for p in pictures] == ['0.png', '1.png']
    # people, two levels of heatmaps and one of tags
    height, width = cv2.imread(str(pictures[0])).shape[:2]
    assert width >= 4 * 96
    assert height >= 80
