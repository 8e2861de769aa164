"""Run mmpose's tests in one way; started by ``compare_with_mmpose_tests.py``.

As a script of its own, so that the source tree of mmpose is not on Python's
path: its tests run on the mmpose that is installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

# What stands in for which class of mmpose, by registry.
REPLACEMENTS = {
    'DATASETS': {
        'AP10KDataset': 'BottomupAP10KDataset',
        'AicDataset': 'BottomupAicDataset',
        'CocoDataset': 'BottomupCocoDataset',
        'CocoWholeBodyDataset': 'BottomupCocoWholeBodyDataset',
        'CrowdPoseDataset': 'BottomupCrowdPoseDataset',
        'MhpDataset': 'BottomupMhpDataset',
        'OCHumanDataset': 'BottomupOCHumanDataset',
    },
    'METRICS': {
        'CocoMetric': 'BottomupCocoMetric',
        'CocoWholeBodyMetric': 'BottomupCocoWholeBodyMetric',
    },
    'MODELS': {'BottomupPoseEstimator': 'MultiScaleBottomupPoseEstimator'},
    'TRANSFORMS': {
        'BottomupGetHeatmapMask': 'MultiResolutionHeatmapMask',
        'PackPoseInputs': 'PackBottomupInputs',
        'RandomFlip': 'BottomupRandomFlip',
    },
}

MESSAGE_LENGTH = 500


class Outcomes:
    """Pytest plugin that notes what became of every test.

    Args:
        path: JSON file to write when the session ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[str, tuple[str, str]] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note files that could not be collected."""
        if report.failed:
            self._note(report.nodeid, 'error', report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the result of a test, or of its set-up and clean-up."""
        if report.when == 'call' or report.skipped:
            self._note(report.nodeid, report.outcome, report)
        elif report.failed:
            self._note(report.nodeid, 'error', report)

    def _note(self, test: str, outcome: str, report: Any) -> None:
        """Note a result and what went wrong."""
        crash = getattr(report.longrepr, 'reprcrash', None)
        text = crash.message if crash else str(report.longrepr or '')
        self.outcomes[test] = (outcome, text.strip()[:MESSAGE_LENGTH])

    def pytest_sessionfinish(self) -> None:
        """Write the notes."""
        self.path.write_text(json.dumps(self.outcomes, indent=1))


def import_host_only() -> None:
    """Make mmpose importable, without registering anything of ours."""
    name = 'higherhrnet_plugin'
    spec = importlib.util.find_spec(name)
    # a package without the content of its __init__
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations if spec else ())
    sys.modules[name] = package
    importlib.import_module(f'{name}.compat').import_host()
    for module in [m for m in sys.modules if f'{m}.'.startswith(f'{name}.')]:
        del sys.modules[module]


def replace_classes() -> None:
    """Put our classes where mmpose's modules and registries have theirs."""
    plugin = importlib.import_module('higherhrnet_plugin')
    registries = importlib.import_module('mmpose.registry')
    ours: dict[type, type] = {}
    for registry, names in REPLACEMENTS.items():
        table = getattr(registries, registry).module_dict
        for name, replacement in names.items():
            ours[table[name]] = table[name] = getattr(plugin, replacement)
    for module_name, module in list(sys.modules.items()):
        if not f'{module_name}.'.startswith('mmpose.'):
            continue
        for name, value in list(vars(module).items()):
            if isinstance(value, type) and value in ours:
                setattr(module, name, ours[value])


def use_configs_of_the_tree() -> None:
    """Let mmpose's tests find the configs of the source tree.

    They look for them beside the package, where an installed one has none.
    """
    utilities = importlib.import_module('mmpose.testing._utils')
    tree = Path.cwd() / 'mmpose' / 'testing' / '_utils.py'
    utilities.__file__ = str(tree)


def main() -> None:
    """Run pytest: WAY RESULT_FILE PYTEST_ARGUMENT..."""
    way, result, *arguments = sys.argv[1:]
    prepare = {
        'host': import_host_only,
        'import': lambda: importlib.import_module('higherhrnet_plugin'),
        'replace': replace_classes,
    }
    prepare[way]()
    use_configs_of_the_tree()
    sys.exit(pytest.main(arguments, plugins=[Outcomes(Path(result))]))


if __name__ == '__main__':
    main()
