"""The packages that the plugin needs, directly or through its hosts.

The only list of them: the check at ``import higherhrnet_plugin`` and the
doctor both read it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PLUGIN = 'higherhrnet_plugin'


@dataclass(frozen=True)
class Requirement:
    """A package and the versions of it that can be used.

    Attributes:
        module: Name under which it is imported.
        package: Distribution that is installed where it is missing.
        used_by: Modules of this table, or the plugin, that import it.
        others: Further distributions that provide the module.
        minimum: First version that is accepted, or ''.
        below: First version that is not accepted any more, or ''.
        probe: Module whose import shows that the package works; default: the
            module itself.
        attribute: Name that a whole module has.
        alone: Install it without what it asks for, as that cannot be had or
            does harm.
        fixed: The user's own choice, which is never changed once it is there.
        runtime: Whether exported files need it as well.
    """

    module: str
    package: str
    used_by: tuple[str, ...]
    others: tuple[str, ...] = ()
    minimum: str = ''
    below: str = ''
    probe: str = ''
    attribute: str = ''
    alone: bool = False
    fixed: bool = False
    runtime: bool = False

    @property
    def distributions(self) -> tuple[str, ...]:
        """The distributions that provide the module."""
        return (self.package, *self.others)

    @property
    def versions(self) -> str:
        """The accepted versions, as pip reads them, or ''."""
        bounds = (('>=', self.minimum), ('<', self.below))
        return ','.join(sign + bound for sign, bound in bounds if bound)

    @property
    def specifier(self) -> str:
        """The distribution and its versions, as pip reads them."""
        return self.package + self.versions

    def accepts(self, version: str) -> bool:
        """Tell whether a version lies in the range.

        Args:
            version: A version, of which the leading numbers count.
        """
        found = leading_numbers(version)
        if self.minimum and found < leading_numbers(self.minimum):
            return False
        return not self.below or found < leading_numbers(self.below)


def leading_numbers(version: str) -> tuple[int, ...]:
    """Read the leading numbers of a version, e.g. (2, 1, 0) of 2.1.0rc1."""
    match = re.match(r'\d+(\.\d+)*', version)
    return tuple(map(int, match.group().split('.'))) if match else ()


_HOSTS = ('mmengine', 'mmcv', 'mmpose')
# Their wheels fit one major version of numpy, or both.
BUILT_ON_NUMPY = ('cv2', 'pycocotools', 'scipy', 'matplotlib', 'pandas')

# In the order in which they build on one another.
REQUIREMENTS = (
    Requirement(
        'numpy',
        'numpy',
        (PLUGIN, *_HOSTS, *BUILT_ON_NUMPY),
        minimum='1.21',
        attribute='ndarray',
        runtime=True,
    ),
    Requirement(
        'torch',
        'torch',
        (PLUGIN, *_HOSTS),
        minimum='2.0',
        attribute='Tensor',
        fixed=True,
    ),
    Requirement(
        'cv2',
        'opencv-python-headless',
        (PLUGIN, *_HOSTS),
        others=(
            'opencv-contrib-python',
            'opencv-python',
            'opencv-contrib-python-headless',
        ),
        attribute='imread',
        runtime=True,
    ),
    # mmengine 0.10.7 and mim import pkg_resources, of which later versions
    # warn, and which setuptools 82 has dropped.
    Requirement(
        'pkg_resources', 'setuptools', ('mmengine', 'mim'), below='81'
    ),
    # gone from Python 3.12, and imported by every MMEngine; setuptools has it
    Requirement('distutils', 'setuptools', ('mmengine',)),
    Requirement('tqdm', 'tqdm', (PLUGIN,), minimum='4.60'),
    Requirement('jinja2', 'jinja2', (PLUGIN,), minimum='3'),
    Requirement(
        'pycocotools',
        'pycocotools',
        (PLUGIN,),
        minimum='2.0.8',
        probe='pycocotools.mask',
    ),
    Requirement(
        'scipy',
        'scipy',
        (PLUGIN, 'mmpose'),
        minimum='1.7',
        probe='scipy.optimize',
    ),
    Requirement(
        'matplotlib',
        'matplotlib',
        (PLUGIN, 'mmengine', 'mmpose'),
        minimum='3.3',
        probe='matplotlib.figure',
    ),
    Requirement('addict', 'addict', ('mmengine', 'mmcv')),
    Requirement('yaml', 'pyyaml', ('mmengine', 'mmcv', 'modelindex')),
    Requirement('rich', 'rich', ('mmengine', 'mim')),
    Requirement('termcolor', 'termcolor', ('mmengine',)),
    Requirement('yapf', 'yapf', ('mmengine', 'mmcv')),
    Requirement('packaging', 'packaging', ('mmengine', 'mmcv')),
    Requirement(
        'PIL',
        'pillow',
        (PLUGIN, 'mmcv', 'mmpose'),
        minimum='9',
        probe='PIL.Image',
        runtime=True,
    ),
    Requirement('json_tricks', 'json-tricks', ('mmpose',)),
    Requirement('munkres', 'munkres', ('mmpose',)),
    # imported by mmpose, which does not say so
    Requirement('six', 'six', ('mmpose',)),
    # asks for opencv-python, beside which no other OpenCV must lie
    Requirement(
        'mmengine',
        'mmengine',
        (PLUGIN, 'mmcv', 'mmpose'),
        others=('onedl-mmengine', 'mmengine-lite'),
        minimum='0.10',
        below='1',
        alone=True,
    ),
    Requirement(
        'mmcv',
        'mmcv-lite',
        (PLUGIN, 'mmpose'),
        others=('mmcv', 'onedl-mmcv', 'mmcv-full'),
        minimum='2.0.1',
        below='2.4',
        alone=True,
    ),
    # asks for chumpy, which does not build any more
    Requirement(
        'mmpose',
        'mmpose',
        (PLUGIN,),
        minimum='1.2',
        below='2',
        alone=True,
    ),
    Requirement('av', 'av', ('reading videos',), minimum='14.2', below='19'),
    Requirement('click', 'click', ('mim', 'modelindex')),
    Requirement('colorama', 'colorama', ('mim',)),
    Requirement('pandas', 'pandas', ('mim',)),
    Requirement('requests', 'requests', ('mim',)),
    Requirement('tabulate', 'tabulate', ('mim',)),
    Requirement('modelindex', 'model-index', ('mim',)),
    # asks for opendatalab, which puts setuptools back to 60
    Requirement(
        'mim',
        'openmim',
        (),
        others=('onedl-mim',),
        minimum='0.3.9',
        probe='mim.cli',
        alone=True,
    ),
)

BY_MODULE = {item.module: item for item in REQUIREMENTS}


def users_of(module: str) -> set[str]:
    """Return what imports a package, directly or through another.

    Args:
        module: Name of a module of the table.
    """
    users: set[str] = set()
    waiting = [module]
    while waiting:
        item = BY_MODULE.get(waiting.pop())
        found = set(item.used_by) - users if item else set()
        users |= found
        waiting.extend(found)
    return users


def is_optional(module: str) -> bool:
    """Tell whether a package serves mim or videos alone."""
    return PLUGIN not in users_of(module)
