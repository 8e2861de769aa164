"""A small model, what it sees and finds, and its exported files."""

from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from inference_data import picture, write_model

from higherhrnet_plugin.export.describing import describe_model
from higherhrnet_plugin.export.graph import ExportedGraph
from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.inference.model import read_config

SIZES = ((96, 80), (64, 90), (70, 70), (96, 80))


def write_case(folder: Path) -> tuple[Any, str, list[Path]]:
    """Write a small model and pictures of several shapes.

    Args:
        folder: An empty folder.

    Returns:
        tuple: the config, the file of the weights, the pictures.
    """
    config, weights = write_model(folder)
    pictures = []
    for i, size in enumerate(SIZES):
        path = folder / f'picture{i}.png'
        cv2.imwrite(str(path), picture(*size, seed=i))
        pictures.append(path)
    return read_config(config), weights, pictures


def record(predictor: Predictor, pictures: list[Path]) -> dict[str, Any]:
    """Run a predictor on pictures, one by one, and note all it sees.

    Args:
        predictor: The predictor.
        pictures: Files.

    Returns:
        dict: arrays by name: what enters and leaves the network at each call,
        and the people of each picture.
    """
    found: dict[str, Any] = {}
    # all passes of an image run before any goes through the head
    ins, outs = count(), count()

    def note(model: Any, args: Any, levels: Any) -> None:
        call = next(outs)
        maps = [m for level in levels for m in level if m is not None]
        for i, values in enumerate(maps):
            found[f'out {call} {i}'] = values.numpy()

    def note_input(backbone: Any, args: Any) -> None:
        found[f'in {next(ins)}'] = args[0].numpy().copy()

    model = predictor.model
    hooks = [
        model.head.register_forward_hook(note),
        model.backbone.register_forward_pre_hook(note_input),
    ]
    for i, path in enumerate(pictures):
        people = predictor(path)
        for name in ('keypoints', 'keypoint_scores', 'scores', 'found'):
            found[f'{name} {i}'] = getattr(people, name)
    for hook in hooks:
        hook.remove()
    return found


def describe(predictor: Predictor) -> str:
    """Describe a model whose file gives levels."""
    graph = ExportedGraph(predictor.model, aggregate=False, flip=False)
    return describe_model(predictor.model, graph).to_text()


def largest_gap(some: Any, others: Any, name: str) -> float:
    """Compare the people of two predictors on the same pictures.

    Args:
        some: People of each picture.
        others: Likewise.
        name: Field to compare.

    Returns:
        float: the largest difference, infinite where numbers of people are
        not the same.
    """
    gaps = [0.0]
    for one, other in zip(some, others):
        a, b = getattr(one, name), getattr(other, name)
        if a.shape != b.shape:
            return float('inf')
        if a.size:
            gaps.append(float(np.abs(a - b).max()))
    return max(gaps)
