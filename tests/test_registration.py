"""Importing the package is enough, and public names stay."""

import json

import pytest
from processes import ROOT, run_python

import higherhrnet_plugin

REGISTERED = {
    'MODELS': [
        'HigherHRNetHead',
        'MultiResolutionAELoss',
        'MultiResolutionHeatmapLoss',
        'MultiScaleBottomupPoseEstimator',
    ],
    'KEYPOINT_CODECS': [
        'AggregatingBottomupDecoder',
        'MultiResolutionAssociativeEmbedding',
    ],
    'HOOKS': [
        'CodecCheckHook',
        'DurableCheckpointHook',
        'ExperimentHook',
        'FiniteLossHook',
        'KeptSamplerSeedHook',
        'OwnFilesBadCaseHook',
        'OwnFilesVisualizationHook',
    ],
    'OPTIM_WRAPPERS': ['BFloat16OptimWrapper'],
    'DATA_SAMPLERS': ['SeededInfiniteSampler', 'SeededSampler'],
    'METRICS': [
        'BottomupCocoMetric',
        'BottomupCocoWholeBodyMetric',
        'BottomupPCKAccuracy',
    ],
    'TRANSFORMS': [
        'BottomupAlignedAffine',
        'BottomupAlignedResize',
        'BottomupHideAndSeek',
        'BottomupRandomFlip',
        'GenerateBottomupTarget',
        'LoadBottomupImage',
        'MultiResolutionHeatmapMask',
        'PackBottomupInputs',
    ],
    'DATASETS': [
        'BottomupAP10KDataset',
        'BottomupAicDataset',
        'BottomupCocoDataset',
        'BottomupCocoWholeBodyDataset',
        'BottomupCombinedDataset',
        'BottomupCrowdPoseDataset',
        'BottomupMhpDataset',
        'BottomupOCHumanDataset',
    ],
}
NAMES = [name for names in REGISTERED.values() for name in names]
# a name that leaves this list breaks the configs of users
PUBLIC = sorted([*NAMES, 'BottomupDatasetMixin', 'convert_state_dict'])

SCRIPT = """
import json, sys
from mmengine.config import Config
from mmengine.registry import Registry

origin = {}
register = Registry._register_module

def note(self, module, module_name=None, force=False):
    names = module_name or module.__name__
    for name in [names] if isinstance(names, str) else names:
        if self.scope == 'mmpose':
            origin.setdefault(name, []).append(
                [self.name, module.__module__, force]
            )
    return register(self, module, module_name, force)

Registry._register_module = note
assert 'higherhrnet_plugin' not in sys.modules
Config.fromfile(sys.argv[1])
from mmpose import registry
found = {
    key: {
        name: registry.__dict__[key].get(f'mmpose.{name}').__module__
        for name in names
    }
    for key, names in json.loads(sys.argv[2]).items()
}
print('RESULT', json.dumps([found, origin]))
"""


@pytest.fixture(scope='module')
def fresh(tmp_path_factory):
    """Read a config of nothing but ``custom_imports`` in a fresh process."""
    config = tmp_path_factory.mktemp('config') / 'config.py'
    config.write_text(
        "custom_imports = dict(imports=['higherhrnet_plugin'],\n"
        '                      allow_failed_imports=False)\n'
    )
    done = run_python(
        *('-c', SCRIPT, config, json.dumps(REGISTERED)), cwd=ROOT, timeout=240
    )
    assert done.returncode == 0, done.stderr[-2000:]
    line = done.stdout.split('RESULT ')[1]
    return json.loads(line)


def test_custom_imports_register_everything(fresh):
    found, _ = fresh
    for key, names in REGISTERED.items():
        for name in names:
            assert found[key][name].startswith('higherhrnet_plugin.')


def test_no_name_is_one_of_mmpose(fresh):
    _, origin = fresh
    # the spy has seen mmpose register its own
    assert 'HRNet' in origin
    ours = [
        name
        for name, entries in origin.items()
        if any(
            module.startswith('higherhrnet_plugin') for _, module, _ in entries
        )
    ]
    assert sorted(ours) == sorted(NAMES)
    for name in ours:
        ((_, _, force),) = origin[name]
        assert not force


def test_public_names():
    assert sorted(higherhrnet_plugin.__all__) == sorted(
        [*PUBLIC, '__version__']
    )
    assert higherhrnet_plugin.__all__ == sorted(higherhrnet_plugin.__all__)


@pytest.mark.parametrize('name', PUBLIC)
def test_public_names_can_be_imported_and_are_documented(name):
    member = getattr(higherhrnet_plugin, name)
    assert member.__name__ == name
    assert member.__module__.startswith('higherhrnet_plugin.')
    assert member.__doc__


def test_version_is_of_three_numbers():
    numbers = higherhrnet_plugin.__version__.split('.')
    assert len(numbers) == 3
    assert all(n[0].isdigit() for n in numbers)


def test_imports_without_xtcocotools() -> None:
    done = run_python(
        '-c',
        "import sys; sys.modules['xtcocotools'] = None\n"
        'from higherhrnet_plugin import BottomupCocoMetric\n',
    )
    assert done.returncode == 0, done.stderr


LATER = """
import sys
import higherhrnet_plugin
heavy = ('cv2', 'mmengine', 'numpy', 'torch')
assert not [name for name in heavy if name in sys.modules]
{use}
from mmpose.registry import METRICS, MODELS
assert MODELS.get('HigherHRNetHead').__module__.startswith('higherhrnet')
assert METRICS.get('BottomupPCKAccuracy') is not None
import mmengine
assert mmengine.__spec__.loader is mmengine.__loader__
assert type(mmengine.__loader__).__name__ == 'SourceFileLoader'
assert not [f for f in sys.meta_path if 'higherhrnet' in type(f).__module__]
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    'use',
    [
        'from mmpose.apis import init_model',
        'import mmengine',
        'higherhrnet_plugin.HigherHRNetHead',
        # one room before the others, which import it
        'import higherhrnet_plugin.checkpoints.names',
        'from higherhrnet_plugin.inference import Predictor',
    ],
)
def test_components_join_when_the_host_is_imported(use: str) -> None:
    done = run_python('-c', LATER.format(use=use))
    assert done.returncode == 0, done.stderr
