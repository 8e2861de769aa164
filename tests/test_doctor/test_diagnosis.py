"""Each failure that people meet, simulated, and what mends it."""

import re
from dataclasses import replace

import pytest

from higherhrnet_plugin.doctor.diagnosis import diagnose
from higherhrnet_plugin.doctor.environment import (
    COMPONENTS,
    DEVICES,
    TORCH_AND_NUMPY,
    Environment,
)
from higherhrnet_plugin.doctor.remedy import make_commands
from higherhrnet_plugin.doctor.table import REQUIREMENTS, is_optional

GOOD = {
    'av': '17.1.0',
    'mmcv-lite': '2.1.0',
    'mmengine': '0.10.7',
    'mmpose': '1.3.2',
    'numpy': '1.26.4',
    'setuptools': '80.9.0',
    'torch': '2.6.0',
    'tqdm': '4.67',
    'openmim': '0.3.9',
}
OTHER_NUMPY = (
    'ValueError: numpy.dtype size changed, may indicate binary '
    'incompatibility. Expected 96 from C header, got 88'
)


def environment(
    missing=(), failures=None, without=(), **distributions
) -> Environment:
    """Return a whole environment, changed where the arguments say so."""
    found = {item.package: '9.9' for item in REQUIREMENTS}
    found.update(GOOD)
    found.update(
        {name.replace('_', '-'): it for name, it in distributions.items()}
    )
    gone = {
        item.package for item in REQUIREMENTS if item.module in missing
    } | set(without)
    return Environment(
        {name: it for name, it in found.items() if name not in gone},
        frozenset(missing),
        failures=failures or {},
    )


def check(case: Environment) -> tuple[list[str], list[str]]:
    """Return what is said, and the lines that mend it."""
    findings = diagnose(case)
    commands = make_commands(findings, case)
    return (
        [f'{item.severity}: {item.text}' for item in findings],
        [' '.join(words) for words in commands],
    )


def test_whole_environment_has_no_findings():
    assert check(environment()) == ([], [])


@pytest.mark.parametrize(
    'item',
    # the forks need distutils alone, see below
    [item for item in REQUIREMENTS if item.module != 'distutils'],
    ids=lambda item: item.module,
)
def test_every_missing_package_is_named_and_installed(item):
    (text,), lines = check(environment(missing=[item.module]))
    assert text.startswith(
        'optional: ' if is_optional(item.module) else 'error: '
    )
    assert item.module in text
    assert ('pytorch.org' in text) == (item.module == 'torch')
    (line,) = lines
    assert item.specifier in line.split()
    assert ('--no-deps' in line) == item.alone


def test_all_that_is_missing_is_named_at_once():
    texts, lines = check(
        environment(missing=[item.module for item in REQUIREMENTS])
    )
    assert len(texts) == len({item.package for item in REQUIREMENTS})
    first, second = lines
    assert first.startswith(
        'install numpy>=1.21 torch>=2.0 opencv-python-headless '
    )
    assert 'setuptools<81' in first.split()
    assert second == (
        'install --no-deps mmengine>=0.10,<1 mmcv-lite>=2.0.1,<2.4 '
        'mmpose>=1.2,<2 openmim>=0.3.9'
    )
    assert not re.search(r'torchvision|pkg_resources|chumpy', first + second)


@pytest.mark.parametrize(
    ('case', 'text', 'lines'),
    [
        pytest.param(
            environment(missing=['pkg_resources']),
            'error: pkg_resources is not installed, which mmengine and mim '
            'need (setuptools<81)',
            ['install setuptools<81 numpy<2'],
            id='no setuptools',
        ),
        pytest.param(
            environment(mmpose='0.29.0'),
            'error: mmpose 0.29.0 is installed, >=1.2,<2 is needed',
            ['install --no-deps mmpose>=1.2,<2'],
            id='old mmpose',
        ),
        pytest.param(
            environment(without=['mmcv-lite'], mmcv_full='1.7.2'),
            'error: mmcv-full 1.7.2 is installed, >=2.0.1,<2.4 is needed',
            [
                'uninstall -y mmcv-full',
                'install --no-deps mmcv-lite>=2.0.1,<2.4',
            ],
            id='old mmcv',
        ),
        pytest.param(
            environment(torch='1.13.1'),
            'error: torch 1.13.1 is installed, >=2.0 is needed: '
            'https://pytorch.org/get-started/locally',
            [],
            id='old torch',
        ),
        pytest.param(
            environment(
                torch='2.1.2',
                numpy='2.4.0',
                failures={TORCH_AND_NUMPY: 'RuntimeError: no numpy'},
            ),
            'error: torch 2.1.2 was built for numpy 1, numpy 2.4.0 is '
            'installed',
            [
                'install numpy<2 opencv-python-headless pycocotools scipy '
                'matplotlib pandas'
            ],
            id='torch of numpy 1',
        ),
        pytest.param(
            environment(
                numpy='2.4.0',
                xtcocotools='1.14.3',
                failures={'xtcocotools': OTHER_NUMPY},
            ),
            'note: xtcocotools does not import beside numpy 2.4.0 and is not '
            f'used: {OTHER_NUMPY}',
            ['uninstall -y xtcocotools'],
            id='xtcocotools of numpy 1',
        ),
        pytest.param(
            environment(numpy='2.4.0', failures={'pandas': OTHER_NUMPY}),
            f'optional: pandas does not import: {OTHER_NUMPY}',
            ['uninstall -y pandas', 'install pandas'],
            id='pandas of numpy 1',
        ),
        pytest.param(
            environment(
                failures={'scipy': "AttributeError: numpy has no 'long'"}
            ),
            'error: scipy does not import: AttributeError: numpy has no '
            "'long'",
            ['uninstall -y scipy', 'install scipy>=1.7 numpy<2'],
            id='scipy of numpy 2',
        ),
        pytest.param(
            environment(
                without=['opencv-python-headless'],
                opencv_python='4.10.0',
                failures={
                    'cv2': 'ImportError: libGL.so.1: cannot open shared '
                    'object file: No such file or directory'
                },
            ),
            'error: cv2 does not import: ImportError: libGL.so.1: cannot '
            'open shared object file: No such file or directory (the build '
            'without windows does not need it)',
            [
                'uninstall -y opencv-python',
                'install opencv-python-headless numpy<2',
            ],
            id='opencv without libGL',
        ),
        pytest.param(
            environment(opencv_python='4.10.0'),
            'note: opencv-python-headless 9.9 and opencv-python 4.10.0 hold '
            'the same module cv2: to remove one breaks the other',
            [
                'uninstall -y opencv-python-headless',
                'install --force-reinstall --no-deps opencv-python',
            ],
            id='two OpenCVs that work',
        ),
        pytest.param(
            environment(
                opencv_python='4.10.0',
                failures={'cv2': "ImportError: cv2 has no 'imread'"},
            ),
            "error: cv2 does not import: ImportError: cv2 has no 'imread'; "
            'opencv-python-headless 9.9 and opencv-python 4.10.0 hold the '
            'same module cv2: to remove one breaks the other',
            [
                'uninstall -y opencv-python',
                'install --force-reinstall --no-deps opencv-python-headless',
            ],
            id='two OpenCVs, broken',
        ),
        pytest.param(
            Environment(environment().distributions, frozenset({'cv2'})),
            'error: cv2: the files of opencv-python-headless are gone',
            [
                'install --force-reinstall --no-deps '
                'opencv-python-headless==9.9'
            ],
            id='files of OpenCV are gone',
        ),
        pytest.param(
            environment(
                failures={
                    'yaml': 'ImportError: undefined symbol: x\nmore',
                    'mmpose': 'ImportError: undefined symbol: x',
                    'higherhrnet_plugin': 'ImportError: undefined symbol: x',
                }
            ),
            'error: yaml does not import: ImportError: undefined symbol: x',
            ['install --force-reinstall --no-deps pyyaml==9.9'],
            id='broken package, and those that import it',
        ),
        pytest.param(
            environment(failures={'torch': 'OSError: libcudart.so.12'}),
            'error: torch does not import: OSError: libcudart.so.12 (install '
            'the build for your machine anew, '
            'https://pytorch.org/get-started/locally)',
            [],
            id='broken torch',
        ),
        pytest.param(
            environment(failures={'higherhrnet_plugin': 'KeyError: 1'}),
            'error: higherhrnet_plugin does not import: KeyError: 1',
            [],
            id='the plugin itself',
        ),
        pytest.param(
            environment(
                failures={
                    'higherhrnet_plugin': 'ImportError: cannot be used here: '
                    "ModuleNotFoundError: No module named 'mmengine.runner'"
                    '\nmore'
                }
            ),
            'error: higherhrnet_plugin does not import: ImportError: cannot '
            'be used here: ModuleNotFoundError: No module named '
            "'mmengine.runner' (a part of mmengine is gone)",
            ['install --force-reinstall --no-deps mmengine==0.10.7'],
            id='a part of a host is gone',
        ),
    ],
)
def test_failure_is_named_with_what_mends_it(case, text, lines):
    assert check(case) == ([text], lines)


def test_torch_does_not_raise_setuptools():
    case = environment(missing=['torch'], setuptools='65.5.0')
    assert check(case)[1] == ['install torch>=2.0 setuptools<81 numpy<2']
    case = environment(missing=['torch', 'pkg_resources'])
    assert check(case)[1] == ['install torch>=2.0 setuptools<81 numpy<2']
    case = environment(missing=['scipy'], setuptools='65.5.0')
    assert check(case)[1] == ['install scipy>=1.7 numpy<2']


def test_setuptools_without_pkg_resources_is_lowered():
    case = Environment(
        {**environment().distributions, 'setuptools': '84.2.1'},
        frozenset({'pkg_resources'}),
    )
    (text,), lines = check(case)
    assert text == (
        'error: setuptools 84.2.1 is installed, <81 is needed, with '
        'pkg_resources, which mmengine and mim need'
    )
    assert lines == ['install setuptools<81 numpy<2']


FORKS = {
    'onedl_mmengine': '0.10.12',
    'onedl_mmcv': '2.3.6',
    'onedl_mim': '0.5.1',
}
NO_HOSTS = ('mmengine', 'mmcv-lite', 'openmim')


def test_the_forks_need_setuptools_for_distutils_alone():
    case = environment(
        missing=['pkg_resources', 'distutils'], without=NO_HOSTS, **FORKS
    )
    (text, _), lines = check(case)
    assert text == (
        'error: distutils is not installed, which mmengine needs (setuptools)'
    )
    assert lines[1] == 'install setuptools numpy<2'


def test_the_forks_need_no_pkg_resources():
    case = environment(missing=[], without=NO_HOSTS, **FORKS)
    case = Environment(case.distributions, frozenset({'pkg_resources'}))
    (text,), lines = check(case)
    assert text.startswith('note: onedl-mim 0.5.1 finds the tools of the ')
    assert lines == [
        'uninstall -y onedl-mim',
        'install --no-deps openmim>=0.3.9',
    ]


def test_packages_for_numpy_1_stay_with_numpy_1():
    _, lines = check(environment(missing=['cv2', 'scipy']))
    assert lines == ['install opencv-python-headless scipy>=1.7 numpy<2']
    _, lines = check(environment(missing=['scipy'], numpy='2.4.0'))
    assert lines == ['install scipy>=1.7']


@pytest.mark.parametrize(
    ('versions', 'driver', 'unwritable', 'said'),
    [
        ({}, False, '', []),
        ({'torch': '2.6.0+cpu'}, True, '', ['note: there is an NVIDIA']),
        ({'torch': '2.6.0', DEVICES: 'NVIDIA H100'}, True, '', []),
        ({'torch': '2.6.0'}, False, '', []),
        # torch itself does not import, which is another finding
        ({}, True, '', []),
        ({COMPONENTS: '32'}, False, '', []),
        ({COMPONENTS: '0'}, False, '', ['error: higherhrnet_plugin imports']),
        ({}, False, '/locked', ['note: /locked cannot be written to']),
    ],
)
def test_machine(versions, driver, unwritable, said):
    case = replace(
        environment(), versions=versions, driver=driver, unwritable=unwritable
    )
    texts, lines = check(case)
    assert len(texts) == len(said)
    for text, start in zip(texts, said):
        assert text.startswith(start)
    assert lines == []
