"""The configs that come with the package, in a clone or a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def find_config(name: str) -> str:
    """Find a config by its name, to inherit it from anywhere.

    ``_base_`` of a config takes expressions::

        _base_ = __import__('higherhrnet_plugin.shipped').shipped.find_config(
            'ae_higherhrnet-w32_8xb24-300e_coco-512x512'
        )

    Args:
        name (str): File name without ``.py``; there is one of each name.

    Returns:
        str: path of the file, in ``configs`` of a clone or in those that the
        wheel has installed.

    Raises:
        FileNotFoundError: If there is none.
    """
    for folder in (_PACKAGE.parent / 'configs', _PACKAGE / '.mim' / 'configs'):
        for path in folder.rglob(f'{name}.py'):
            return str(path)
    raise FileNotFoundError(
        f'higherhrnet_plugin has no config {name!r}; names are those of the '
        'files in configs/, without .py'
    )
