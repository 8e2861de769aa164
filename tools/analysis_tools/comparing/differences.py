"""Differences of two files of outputs; needs numpy alone."""

from __future__ import annotations

import json
import zipfile

import numpy as np

# in the order of the computation; a name begins with its stage
STAGES = ('input', 'level', 'aggregated', 'people')

Arrays = dict[str, np.ndarray]


def read_file(path: str) -> tuple[dict[str, str], Arrays]:
    """Read a file of ``run``.

    Args:
        path (str): .npz file.

    Returns:
        tuple[dict, dict]: what it was made with, and arrays by name.

    Raises:
        SystemExit: If it is missing, or no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays = dict(data)
        return json.loads(arrays.pop('about').item()), arrays
    except (OSError, ValueError, KeyError, AttributeError) as error:
        reason = error
    except (TypeError, EOFError, zipfile.BadZipFile) as error:
        reason = error
    raise SystemExit(
        f'error: {path} is not a file of `compare_outputs.py run`: {reason}'
    )


def difference(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Measure how far two arrays of one shape are apart.

    Args:
        a (np.ndarray): Any shape.
        b (np.ndarray): The same shape.

    Returns:
        tuple[float, float]: largest absolute difference, and the same as a
        part of the largest finite absolute value; infinite where only one
        of two cells is finite.
    """
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return 0.0, 0.0
    gap = np.abs(a[~same].astype(np.float64) - b[~same])
    worst = float(gap.max()) if np.isfinite(gap).all() else float('inf')
    values = np.abs(np.concatenate((a.ravel(), b.ravel())))
    largest = values[np.isfinite(values)].max(initial=0)
    return worst, worst / max(float(largest), 1e-30)


def compare(first: Arrays, second: Arrays, tolerance: float) -> list[str]:
    """Print a table and collect the arrays that differ.

    Args:
        first (dict): Arrays by name.
        second (dict): Arrays by name.
        tolerance (float): Largest relative difference allowed.

    Returns:
        list[str]: names, in the order of the computation.
    """
    names = sorted({*first, *second}, key=lambda n: (stage_of(n), n))
    width = max(map(len, names), default=5)
    print(f'{"array":{width}}  {"max abs":>10}  {"relative":>10}')
    differ = []
    for name in names:
        a, b = first.get(name), second.get(name)
        if a is None or b is None:
            text = f'only in the {"second" if a is None else "first"} file'
            differ.append(name)
        elif a.shape != b.shape:
            text = f'shapes {a.shape} and {b.shape}'
            differ.append(name)
        else:
            gap, relative = difference(a, b)
            text = f'{gap:10.3e}  {relative:10.3e}'
            if relative > tolerance:
                text += '  differs'
                differ.append(name)
        print(f'{name:{width}}  {text}')
    return differ


def stage_of(name: str) -> int:
    """Number the stage of an array; unknown ones come last."""
    stage = name.split('.')[0]
    return STAGES.index(stage) if stage in STAGES else len(STAGES)
