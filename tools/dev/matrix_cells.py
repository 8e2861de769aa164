"""The combinations of versions that ``matrix.py`` installs and runs.

A cell pins what it is about; everything else is what pip and the doctor
choose on that day, and the results say what that was.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# The continuation of OpenMMLab's packages under other distribution names.
ONEDL = (
    'onedl-mmengine==0.10.12',
    'onedl-mmcv==2.3.6',
)
XTCOCOTOOLS = 'xtcocotools==1.14.3'
COMPILED_MMCV = 'mmcv==2.2.0'


@dataclass(frozen=True)
class Cell:
    """One environment of the matrix.

    Attributes:
        name: Short name, unique, also that of the environment's folder.
        python: Version of the interpreter, ``3.12``.
        torch: Requirement that pip installs first.
        pins: Constraints under which everything else is installed.
        before: Requirements that are installed, without what they ask for,
            before the doctor completes the environment.
        local: Whether one of ``before`` is built from source and taken from
            the folder given by ``--wheels`` instead.
    """

    name: str
    python: str
    torch: str
    pins: tuple[str, ...] = ()
    before: tuple[str, ...] = field(default=())
    local: bool = False


def _lite(version: str) -> tuple[str, ...]:
    """Choose the version of mmcv without compiled operators."""
    return (f'mmcv-lite=={version}',)


NUMPY_1 = 'numpy==1.26.4'
OLD_CV = 'opencv-python-headless==4.11.0.86'
CV_4 = 'opencv-python-headless==4.14.0.94'
CV_5 = 'opencv-python-headless==5.0.0.93'

CELLS = (
    Cell('py39-torch21', '3.9', 'torch==2.1.2', (NUMPY_1, OLD_CV)),
    Cell('py39-newest', '3.9', 'torch==2.8.0', (OLD_CV, 'numpy>=2')),
    Cell('py310-newest', '3.10', 'torch==2.14.1', (CV_4,), _lite('2.2.0')),
    Cell('py311-torch21', '3.11', 'torch==2.1.2', (NUMPY_1, OLD_CV)),
    Cell('py311-torch25', '3.11', 'torch==2.5.1', (NUMPY_1, OLD_CV)),
    Cell(
        'py311-numpy1',
        '3.11',
        'torch==2.13.0',
        (NUMPY_1, OLD_CV),
        (XTCOCOTOOLS,),
    ),
    Cell('py311-numpy2', '3.11', 'torch==2.13.0', (CV_4, 'numpy>=2')),
    Cell('py311-opencv5', '3.11', 'torch==2.13.0', (CV_5, 'numpy>=2')),
    Cell(
        'py311-compiled-mmcv',
        '3.11',
        'torch==2.13.0',
        (CV_4, 'numpy>=2'),
        (COMPILED_MMCV,),
        local=True,
    ),
    Cell('py311-onedl', '3.11', 'torch==2.13.0', (CV_4, 'numpy>=2'), ONEDL),
    Cell('py312-newest', '3.12', 'torch==2.14.1', (CV_4,), _lite('2.2.0')),
    Cell('py312-onedl', '3.12', 'torch==2.13.0', (CV_4,), ONEDL),
    Cell('py313-newest', '3.13', 'torch==2.14.1', (CV_4,), _lite('2.2.0')),
    Cell('py313-opencv5', '3.13', 'torch==2.13.0', (CV_5,), _lite('2.1.0')),
    Cell('py314-newest', '3.14', 'torch==2.14.1', (CV_5,), _lite('2.2.0')),
)
