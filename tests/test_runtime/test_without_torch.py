"""The same people as the estimator's, where torch and the host are not."""

import numpy as np
import pytest
from exported import describe, record, write_case
from processes import run_python
from scorers import coco_scorer

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.inference import Predictor

SCRIPT = """
import sys
for name in ('torch', 'torchvision', 'mmpose', 'mmengine', 'mmcv', 'scipy'):
    sys.modules[name] = None
import numpy as np
from higherhrnet_plugin.runtime import Description, ExportedPredictor

source, text, target, *pictures = sys.argv[1:]
noted = dict(np.load(source))

class Session:
    description = Description.from_text(open(text).read(), text)
    calls = 0

    def run(self, images):
        # the network sees the very same numbers
        np.testing.assert_array_equal(images, noted[f'in {self.calls}'])
        numbers = range(len(self.description.outputs))
        maps = [noted[f'out {self.calls} {i}'] for i in numbers]
        self.calls += 1
        return maps

session = Session()
predictor = ExportedPredictor(session)
people = [predictor(path) for path in pictures]
assert session.calls == sum(name.startswith('in ') for name in noted)
names = ('keypoints', 'keypoint_scores', 'scores', 'found')
np.savez(target, **{
    f'{name} {i}': getattr(p, name)
    for name in names for i, p in enumerate(people)
})
"""


@pytest.fixture(scope='module')
def case(tmp_path_factory):
    return write_case(tmp_path_factory.mktemp('case'))


@pytest.mark.parametrize(
    'options',
    [
        {},
        {'model.test_cfg.flip_test': False},
        {'test_dataloader.dataset.scales': [0.5, 1, 2]},
        {'model.test_cfg.project_to_image': False},
        {
            'codec.use_udp': True,
            'test_dataloader.dataset.scales': [2, 1],
        },
        {
            'model.head.decoder.instance_thr': 0.2,
            'model.head.decoder.nms_thr': 0.7,
            'model.head.decoder.fill_missing': False,
        },
        {'model.head.decoder.scorer': coco_scorer()},
    ],
    ids=[
        *('default', 'no flip', 'scales', 'small maps', 'udp', 'selection'),
        'scorer',
    ],
)
def test_people_are_those_of_the_estimator(options, case, tmp_path):
    cfg, weights, pictures = case
    cfg = cfg.copy()
    apply_cfg_options(cfg, options)
    predictor = Predictor.from_files(cfg, weights, 'cpu')
    noted = record(predictor, pictures[:3])
    assert sum(len(noted[f'scores {i}']) for i in range(3)) > 5
    np.savez(tmp_path / 'noted.npz', **noted)
    (tmp_path / 'about.json').write_text(describe(predictor))
    files = ('noted.npz', 'about.json', 'people.npz')
    paths = [tmp_path / name for name in files]
    done = run_python('-c', SCRIPT, *paths, *pictures[:3])
    assert done.returncode == 0, done.stderr
    with np.load(tmp_path / 'people.npz') as people:
        for name, values in people.items():
            if 'score' in name:
                np.testing.assert_allclose(values, noted[name], atol=1e-6)
            elif options.get('codec.use_udp') and 'keypoints' in name:
                # the curvature of maps magnifies their rounding
                np.testing.assert_allclose(values, noted[name], atol=1e-3)
            else:
                # to the last bit, as both see the same maps
                np.testing.assert_array_equal(values, noted[name])
