"""What the wheel holds that pyproject.toml cannot say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MIM = 'higherhrnet_plugin/.mim'


class WheelHook(BuildHookInterface):
    """Add the tools for users, the command, and a top_level.txt.

    ``mim list`` looks for ``higherhrnet-plugin`` in site-packages, as the name
    of a distribution has no underscores there, and otherwise for the module
    that top_level.txt names.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Say which files go where.

        Args:
            version: 'standard' or 'editable'.
            build_data: What hatchling builds from, changed in place.
        """
        here = Path(__file__).parent
        files = {
            str(path): f'{MIM}/tools/{path.name}'
            for path in sorted(here.parent.iterdir())
            if path.name not in (here.name, 'benchmarks', '__pycache__')
        }
        name = f'{self.build_config.builder.artifact_project_id}.dist-info'
        # the entry point is outside of the package, which is slow to import
        command = 'higherhrnet_command.py'
        files[str(here.parent / command)] = command
        files[str(here / 'top_level.txt')] = f'{name}/top_level.txt'
        build_data['force_include'].update(files)
