"""Import of mmpose beside missing, broken and working optional packages.

Every case runs in a fresh interpreter, in which a finder at the head of
``sys.meta_path`` decides what the optional packages are.
"""

import json
import sys
from typing import Optional

import pytest
from processes import ROOT, run_python

from higherhrnet_plugin.compat.placeholders import (
    make_placeholder,
    make_placeholder_module,
    module_substitutes,
)

# Source of a module, or None for "not installed".
Packages = dict[str, Optional[str]]

ABSENT: Packages = {
    'torchvision': None,
    'mmdet': None,
    'mmcv._ext': None,
    'xtcocotools': None,
}

BROKEN: Packages = {
    'torchvision': 'import torchvision.extension\n'
    "raise RuntimeError('operator nms does not exist')",
    'torchvision.extension': '',
    'mmdet': "import mmdet.version\nraise AssertionError('MMCV==9 refused')",
    'mmdet.version': '',
    'mmcv._ext': "raise OSError('undefined symbol: _ZN3c10')",
    'xtcocotools': '',
    'xtcocotools.cocoeval': 'import xtcocotools.mask',
    'xtcocotools.mask': "raise ValueError('numpy.dtype size changed')",
}

WORKING: Packages = {
    'torchvision': "__version__ = '0.0'",
    'torchvision.transforms': 'class ToPILImage: pass',
    'mmdet': '',
    'mmdet.utils': 'ConfigType = dict\ndef reduce_mean(x): return x',
    'mmdet.apis': '',
    'mmdet.apis.det_inferencer': 'class DetInferencer: pass',
    'mmcv._ext': 'def __getattr__(name):\n'
    '    if name.startswith("__"): raise AttributeError(name)\n'
    '    return print',
    'xtcocotools': '',
    'xtcocotools.coco': 'class COCO: pass',
    'xtcocotools.cocoeval': 'class COCOeval: pass',
    'xtcocotools.mask': 'encode = decode = lambda masks: masks',
}

# mmdet imports, but its inference half fails with another error than mmpose
# expects; xtcocotools imports, but its masks fail, as those of a build against
# numpy 2 do.
HALF_WORKING: Packages = {
    **WORKING,
    'mmdet.apis': "raise RuntimeError('half an mmdet')",
    'xtcocotools.mask': 'encode = lambda masks: masks\n'
    "def decode(masks): raise AttributeError('NPY_OWNDATA')",
}

PRELUDE = """
import importlib, json, sys
from importlib.machinery import ModuleSpec
from types import ModuleType

# The package itself imports the host; only its compat part is wanted here.
package = ModuleType('higherhrnet_plugin')
package.__path__ = [sys.argv[2]]
sys.modules['higherhrnet_plugin'] = package

class Finder:
    def __init__(self, packages):
        self.packages = packages

    def find_spec(self, name, path=None, target=None):
        if name not in self.packages:
            return None
        if self.packages[name] is None:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.packages[module.__name__], vars(module))

finder = Finder(json.loads(sys.argv[1]))
sys.meta_path.insert(0, finder)

def error_of(function, *args):
    try:
        function(*args)
    except Exception as error:
        return f'{type(error).__name__}: {error}'
    return None

def has_file(name):
    return getattr(sys.modules.get(name), '__file__', None) is not None

from higherhrnet_plugin.compat import hide_broken_torchvision, import_host
result = {}
"""

USE = """
from mmpose.apis.inferencers import base_mmpose_inferencer
from mmpose.models.heads.hybrid_heads import dekr_head
from mmpose.models.heads.transformer_heads import edpose_head
from mmpose.visualization import simcc_vis
result['has_mmdet'] = base_mmpose_inferencer.has_mmdet
result['has_mmcv_full'] = dekr_head.has_mmcv_full
result['attention'] = error_of(edpose_head.MultiScaleDeformableAttention)
result['image'] = error_of(simcc_vis.ToPILImage)
from mmpose.datasets.transforms import bottomup_transforms
from mmpose.evaluation.metrics import coco_metric
result['coco'] = [
    coco_metric.COCO.__module__,
    coco_metric.COCOeval.__module__,
    bottomup_transforms.cocomask.__name__,
]
try:
    from mmpose.models.heads.hybrid_heads import rtmo_head
    result['reduce'] = error_of(rtmo_head.reduce_mean, 1)
except ImportError:  # mmpose below 1.3
    result['reduce'] = None
"""

OURS = [
    'higherhrnet_plugin.compat.coco_tools.coco',
    'higherhrnet_plugin.compat.coco_tools.cocoeval',
    'pycocotools.mask',
]
THEIRS = ['xtcocotools.coco', 'xtcocotools.cocoeval', 'xtcocotools.mask']

IMPORT_IN_THREADS = """
from threading import Thread
threads = [Thread(target=import_host) for _ in range(2)]
[t.start() for t in threads]
[t.join() for t in threads]
"""

AFTERWARDS = """
result['left'] = sorted(
    name for name in sys.modules
    if name.split('.')[0] in ('torchvision', 'mmdet', 'xtcocotools')
    or name.startswith(('mmcv.ops', 'mmcv._ext')))
result['later'] = {
    name: error_of(importlib.import_module, name)
    for name in ('torchvision', 'mmdet', 'mmcv.ops', 'xtcocotools.mask')}
from mmengine.utils.dl_utils import collect_env
result['environment'] = error_of(collect_env)
from mmpose.registry import MODELS
result['hrnet'] = MODELS.get('HRNet') is not None
"""


def run(script: str, packages: Packages) -> dict:
    """Run a script after the prelude; return the dictionary it fills."""
    code = f'{PRELUDE}\n{script}\nprint("RESULT" + json.dumps(result))'
    done = run_python(
        *('-c', code, json.dumps(packages), ROOT / 'higherhrnet_plugin'),
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.rpartition('RESULT')[2])


def test_absent_packages_are_replaced_only_while_importing() -> None:
    result = run(IMPORT_IN_THREADS + USE + AFTERWARDS, ABSENT)
    assert result['has_mmdet'] is False
    assert result['has_mmcv_full'] is False
    assert result['attention'].startswith('ImportError: ')
    assert "mim install 'mmcv>=2.0.1,<2.4'" in result['attention']
    assert 'pip install torchvision' in result['image']
    assert result['reduce'] is None or (
        'ImportError: ' in result['reduce']
        and 'pip install mmdet' in result['reduce']
    )
    assert result['coco'] == OURS
    assert result['left'] == []
    assert all(
        text.startswith('ModuleNotFoundError')
        for text in result['later'].values()
    )
    assert result['environment'] is None
    assert result['hrnet']


HIDE = """
from mmengine.utils.dl_utils import collect_env
result['reported'] = error_of(collect_env)
with hide_broken_torchvision():
    result['hidden'] = error_of(collect_env)
"""


def test_broken_packages_count_as_absent_and_keep_their_error() -> None:
    result = run('import_host()\n' + USE + AFTERWARDS + HIDE, BROKEN)
    # MMEngine's report stops at it, unless it is hidden.
    assert result['reported'] == 'RuntimeError: operator nms does not exist'
    assert result['hidden'] is None
    assert result['has_mmdet'] is False
    assert result['has_mmcv_full'] is False
    assert 'OSError: undefined symbol' in result['attention']
    assert 'operator nms does not exist' in result['image']
    assert result['left'] == []
    assert result['later'] == {
        'torchvision': 'RuntimeError: operator nms does not exist',
        'mmdet': 'AssertionError: MMCV==9 refused',
        'mmcv.ops': 'OSError: undefined symbol: _ZN3c10',
        'xtcocotools.mask': 'ValueError: numpy.dtype size changed',
    }
    assert result['coco'] == OURS


def test_working_packages_win_and_loaded_modules_are_kept() -> None:
    result = run(
        'import mmpose.models\n'
        'loaded = mmpose.models\n'
        'import_host()\n'
        'import_host()\n'
        'result["kept"] = sys.modules["mmpose.models"] is loaded\n'
        'with hide_broken_torchvision(): import torchvision\n'
        + USE
        + 'result["real"] = has_file("mmcv.ops")\n',
        WORKING,
    )
    assert result['kept']
    assert result['real']
    assert result['has_mmdet'] is True
    assert result['has_mmcv_full'] is True
    assert result['image'] is None
    assert result['coco'] == THEIRS
    assert result['reduce'] is None
    assert result['attention'] is None


def test_half_working_packages_are_absent() -> None:
    result = run('import_host()\n' + USE, HALF_WORKING)
    assert result['has_mmdet'] is False
    assert result['has_mmcv_full'] is True
    assert result['reduce'] is None
    assert result['coco'] == OURS


def test_missing_and_unsuitable_hosts_are_named() -> None:
    script = """
for name in ('mmengine', 'mmcv', 'mmpose'):
    finder.packages = {name: None}
    result[name] = error_of(import_host)
finder.packages = {'mmpose': "__version__ = '0.29.0'"}
result['old'] = error_of(import_host)
del sys.modules['mmpose']
finder.packages = {'mmpose': "assert False, 'MMCV==9 is incompatible'"}
result['refused'] = error_of(import_host)
finder.packages = {'munkres': None, 'six': None, 'click': None}
result['two'] = error_of(import_host)
"""
    result = run(script, {})
    for text in result.values():
        assert text.startswith(
            'ImportError: higherhrnet_plugin cannot be used here: '
        )
        assert 'python -m higherhrnet_plugin.doctor' in text
    for name in ('mmengine', 'mmcv', 'mmpose'):
        assert f'\n  - {name}: the files of ' in result[name]
    assert 'mmpose >=1.2,<2 is needed, found 0.29.0' in result['old']
    assert 'MMCV==9 is incompatible' in result['refused']
    for name in ('munkres', 'six'):
        assert f'\n  - {name}: the files of {name} are gone' in result['two']
    # only mim needs it
    assert 'click' not in result['two']


class Base:
    """A class of the host's, with an abstract base's metaclass."""


def test_placeholder_may_be_subclassed_and_annotated_but_not_used() -> None:
    placeholder = make_placeholder('Thing', 'thing: pip install thing')

    class Child(Base, placeholder):  # type: ignore[valid-type, misc]
        pass

    assert Optional[placeholder] is not None
    assert not isinstance(1, placeholder)
    for use in (placeholder, Child, lambda: placeholder.some_attribute):
        with pytest.raises(ImportError, match='pip install thing'):
            use()
    assert not hasattr(placeholder, '_private')


def test_substitutes_end_with_the_block() -> None:
    module = make_placeholder_module('no_such_package', ('name',), 'text')
    json_module = sys.modules['json']
    with module_substitutes({'no_such_package': module, 'json': None}):
        from no_such_package import name  # noqa: F401

        with pytest.raises(ImportError):
            from no_such_package import other_name  # noqa: F401
        with pytest.raises(ModuleNotFoundError):
            import no_such_package.submodule  # noqa: F401
        with pytest.raises(ModuleNotFoundError):
            import json  # noqa: F401
    assert 'no_such_package' not in sys.modules
    assert sys.modules['json'] is json_module


def test_substitutes_end_after_an_error() -> None:
    module = make_placeholder_module('no_such_package')
    with pytest.raises(KeyError), module_substitutes({'nothing': module}):
        raise KeyError
    assert 'nothing' not in sys.modules
