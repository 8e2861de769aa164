"""The packages that score keypoints, behind one function each.

Each takes a file of annotations, a file of results and how they are scored,
and returns what xtcocotools calls ``stats``, or None where it cannot score
that.
"""

from __future__ import annotations

import importlib.util
import io
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Callable

import numpy as np
from _scored_people import Benchmark

from higherhrnet_plugin.compat.coco_tools import coco, cocoeval

Evaluator = Callable[[Path, Path, Benchmark, np.ndarray], 'np.ndarray | None']


def score_ours(
    annotations: Path, results: Path, benchmark: Benchmark, sigmas: np.ndarray
) -> np.ndarray:
    """Score with the plugin's classes on pycocotools."""
    return _score_as_xtcocotools(
        coco.COCO, cocoeval.COCOeval, annotations, results, benchmark, sigmas
    )


def score_xtcocotools(
    annotations: Path, results: Path, benchmark: Benchmark, sigmas: np.ndarray
) -> np.ndarray:
    """Score with xtcocotools."""
    from xtcocotools.coco import COCO
    from xtcocotools.cocoeval import COCOeval

    return _score_as_xtcocotools(
        COCO, COCOeval, annotations, results, benchmark, sigmas
    )


def score_xthotcoco(
    annotations: Path, results: Path, benchmark: Benchmark, sigmas: np.ndarray
) -> np.ndarray | None:
    """Score with xthotcoco, which scores bodies as 'keypoints'."""
    from xthotcoco import COCO, COCOeval

    if benchmark.iou_type == 'keypoints_body':
        benchmark = benchmark._replace(iou_type='keypoints')
    return _score_as_xtcocotools(
        COCO, COCOeval, annotations, results, benchmark, sigmas
    )


def score_faster_coco_eval(
    annotations: Path, results: Path, benchmark: Benchmark, sigmas: np.ndarray
) -> np.ndarray | None:
    """Score with faster-coco-eval, which knows bodies and crowds."""
    from faster_coco_eval import COCO, COCOeval_faster

    if benchmark.scored != ('keypoints',):
        return None
    truth = COCO(str(annotations))
    evaluation = COCOeval_faster(
        truth,
        truth.loadRes(str(results)),
        benchmark.iou_type.replace('_body', ''),
        kpt_oks_sigmas=sigmas,
        use_area=benchmark.use_area,
    )
    return _run(evaluation)


def _score_as_xtcocotools(
    reader: Callable[..., Any],
    evaluator: Callable[..., Any],
    annotations: Path,
    results: Path,
    benchmark: Benchmark,
    sigmas: np.ndarray,
) -> np.ndarray:
    """Score with classes that are called as those of xtcocotools."""
    with redirect_stdout(io.StringIO()):
        truth = reader(str(annotations))
        evaluation = evaluator(
            truth,
            truth.loadRes(str(results)),
            benchmark.iou_type,
            sigmas,
            benchmark.use_area,
        )
    return _run(evaluation)


def _run(evaluation: Any) -> np.ndarray:
    """Match, average and summarize without a word."""
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        # parts without a score of their own, tolerances other than COCO's
        warnings.simplefilter('ignore', UserWarning)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return np.asarray(evaluation.stats)


# by the module that each needs
_PEERS: dict[str, Evaluator] = {
    'xtcocotools': score_xtcocotools,
    'faster_coco_eval': score_faster_coco_eval,
    'xthotcoco': score_xthotcoco,
}


def installed_peers() -> dict[str, Evaluator]:
    """Return the packages that are installed, by name."""
    return {
        name: function
        for name, function in _PEERS.items()
        if importlib.util.find_spec(name) is not None
    }
