"""One run of the study of accuracy: train an arm from a seed, and test it.

Leaves in its folder the weights, and of every way to test them the people
found (COCO results) and a record of the scores.
"""

from __future__ import annotations

import copy
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# first, as it holds back what its hosts warn of
import higherhrnet_plugin  # noqa: F401

# isort: split
import cv2
import torch
from _accuracy_arms import (
    PROTOCOL,
    PROTOCOLS,
    VAL_FILE,
    Arm,
    make_arms,
    tested_with,
)
from _accuracy_config import build_config
from _accuracy_labels import LabelledTags
from _accuracy_pool import PROGRESS
from _accuracy_scores import score_run
from _timing import describe_machine
from mmengine.config import Config
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner

from higherhrnet_plugin.compat import hide_broken_torchvision
from higherhrnet_plugin.datasets.coco_repair import read_coco
from higherhrnet_plugin.files import write_whole
from higherhrnet_plugin.inference.model import load_estimator
from higherhrnet_plugin.inference.predictor import Predictor

TEST_BATCH = 16
LAST = 50


class PairedRunner(Runner):
    """A Runner whose arms begin with the same weights.

    Building a network draws random numbers, of which a larger one needs more;
    the seed is set again before the weights are drawn.
    """

    def _init_model_weights(self) -> None:
        """Draw the weights."""
        torch.manual_seed(self.seed)
        super()._init_model_weights()


class ProgressHook(Hook):
    """Write how many steps are done.

    Args:
        path (Path): The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Write it now and then."""
        done = runner.iter + 1
        if not done % 20 or done == runner.max_iters:
            self.path.write_text(str(done))


def train(cfg: Config, weights: Path) -> dict[str, Any]:
    """Train, and store the weights.

    Args:
        cfg (Config): Of :func:`build_config`.
        weights (Path): File to write.

    Returns:
        dict: ``train_s``, seconds without the start, and ``losses``, means
        of the last iterations by name.
    """
    cfg = copy.deepcopy(cfg)
    cfg.test_dataloader = None
    with hide_broken_torchvision():
        runner = PairedRunner.from_cfg(cfg)
    runner.register_hook(ProgressHook(weights.with_name(PROGRESS)))
    start = time.perf_counter()
    model = runner.train()
    for hook in runner.hooks:
        if isinstance(hook, EMAHook):
            model = hook.ema_model.module
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    spent = time.perf_counter() - start
    scalars = runner.message_hub.log_scalars
    losses = {
        name.rpartition('/')[2]: float(buffer.mean(LAST))
        for name, buffer in scalars.items()
        if 'loss' in name
    }
    part = weights.with_name('weights.part')
    torch.save({'meta': {}, 'state_dict': model.state_dict()}, part)
    part.replace(weights)
    return {'train_s': round(spent, 1), 'losses': losses}


def find_people(
    cfg: Config,
    weights: Path,
    data: Path,
    content: Mapping[str, Any],
    labelled: bool = False,
) -> tuple[list[dict[str, Any]], Any]:
    """Find the people of all held-out images.

    Args:
        cfg (Config): Of the tested arm.
        weights (Path): Of the trained one.
        data (Path): Folder of the data set.
        content (Mapping): Of the annotation file.
        labelled (bool): Whether tags are those of the labels.

    Returns:
        tuple: COCO results, and the tolerances of the keypoints.
    """
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    predictor = Predictor(load_estimator(cfg, weights, device))
    if labelled:
        LabelledTags(predictor.model.head, content)
    images = list(content['images'])
    files = [str(data / 'val' / image['file_name']) for image in images]
    records = []
    for image, people in zip(images, predictor(files, TEST_BATCH)):
        for record in people.to_records():
            record['keypoints'] = [round(v, 2) for v in record['keypoints']]
            records.append(
                {'image_id': image['id'], 'category_id': 1, **record}
            )
    return records, predictor.model.dataset_meta['sigmas']


def run(
    name: str,
    seed: int,
    data: Path,
    folder: Path,
    arms: Mapping[str, Arm],
    protocol: Mapping[str, Any] = PROTOCOL,
    start: Path | None = None,
) -> None:
    """Train an arm and test it in all its ways, as far as not done.

    Args:
        name (str): The trained arm.
        seed (int): Of weights, order and augmentation.
        data (Path): Folder of the data set.
        folder (Path): Of this run.
        arms (Mapping): All arms.
        protocol (Mapping): As ``PROTOCOL``, the default.
        start (Path, optional): Weights to start from.
    """
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    weights, told = folder / 'weights.pth', folder / 'training.json'
    if not (weights.is_file() and told.is_file()):
        cfg = build_config(arms[name], seed, data, folder, protocol, start)
        training = {**train(cfg, weights), 'machine': describe_machine()}
        write_whole(told, json.dumps(training))
    training = json.loads(told.read_text())
    content = read_coco(str(data / VAL_FILE))
    for tested in tested_with(name, arms):
        record = folder / f'{tested}.record.json'
        if record.is_file():
            continue
        cfg = build_config(arms[tested], seed, data, folder, protocol)
        begun = time.perf_counter()
        people, sigmas = find_people(
            cfg, weights, data, content, arms[tested].labelled
        )
        spent = round(time.perf_counter() - begun, 1)
        write_whole(folder / f'{tested}.people.json', json.dumps(people))
        scores = score_run(content, people, sigmas)
        result = {
            'arm': tested,
            'seed': seed,
            'trained': tested == name,
            'iterations': protocol['iterations'],
            **training,
            'side_by_side': int(os.environ.get('ACCURACY_JOBS', '1')),
            'test_s': spent,
            'scores': scores,
        }
        write_whole(record, json.dumps(result))


if __name__ == '__main__':
    arm, number, images, place, common, *first = sys.argv[1:]
    run(
        arm,
        int(number),
        Path(images),
        Path(place),
        make_arms(PROTOCOLS[common]),
        PROTOCOLS[common],
        *map(Path, first),
    )
