"""Tags that the labels give, to see heatmaps alone at work.

How soon tags part decides much of a short training's AP. With these in their
place a peak belongs to the person whose same keypoint is labelled nearest, and
what is left is how well keypoints are found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

# between two people; more than any threshold of tags
APART = 10.0
# for each pixel of the input from the label, up to FAR: equal tags would let a
# second peak take keypoints from the person
SLOPE, FAR = 0.25, 4.0


def nearest_people(
    keypoints: np.ndarray, size: tuple[int, int], stride: float
) -> np.ndarray:
    """Draw for every cell who is nearest.

    Args:
        keypoints (np.ndarray): (N, K, 3), x and y in pixels of the input, and
            whether it is labelled.
        size (tuple[int, int]): (h, w) of the maps.
        stride (float): Input pixels of a cell.

    Returns:
        np.ndarray: float32 (K, h, w), a multiple of ``APART`` and what the
        distance to the label adds; 0 where nobody has the keypoint.
    """
    rows, columns = np.indices(size)
    x, y, labelled = np.moveaxis(keypoints, -1, 0)[..., None, None]
    distance = np.hypot(columns * stride - x, rows * stride - y)
    distance = np.where(labelled > 0, distance, np.inf)
    if not len(distance):
        return np.zeros((keypoints.shape[1], *size), np.float32)
    gap = distance.min(axis=0)
    tags = APART * distance.argmin(axis=0) + np.minimum(SLOPE * gap, FAR)
    return np.where(np.isfinite(gap), tags, 0).astype(np.float32)


class LabelledTags:
    """Put tags of labels into the outputs of a head, before decoding.

    Args:
        head (nn.Module): The head; its tag level gets other tags.
        content (Mapping): Of the annotation file.
    """

    def __init__(self, head: Any, content: Mapping[str, Any]) -> None:
        self._head, self._decode = head, head.decoder.predict
        self._predict = head.predict
        self._samples: Sequence[Any] = []
        ids = {i['file_name']: i['id'] for i in content['images']}
        people: dict[int, list[Any]] = {i: [] for i in ids.values()}
        for annotation in content['annotations']:
            people[annotation['image_id']].append(annotation['keypoints'])
        self._people = {name: people[number] for name, number in ids.items()}
        head.predict, head.decoder.predict = self.predict, self.decode

    def predict(
        self,
        feats: Any,
        batch_data_samples: Sequence[Any],
        test_cfg: Any = None,
    ) -> Any:
        """Keep the samples for :meth:`decode`."""
        self._samples = batch_data_samples
        return self._predict(feats, batch_data_samples, test_cfg)

    def decode(self, outputs: Any, *arguments: Any) -> Any:
        """Decode with other tags; outputs by scale, flip and level."""
        changed = [
            [
                [self._exchange(*level, flip) for level in levels]
                for flip, levels in enumerate(per_flip)
            ]
            for per_flip in outputs
        ]
        return self._decode(changed, *arguments)

    def _exchange(
        self, heatmaps: Tensor, tags: Tensor | None, mirrored: int
    ) -> tuple[Tensor, Tensor | None]:
        """Make the tags of a level anew, mirrored as its maps are."""
        if tags is None:
            return heatmaps, None
        maps = []
        for sample in self._samples:
            meta = sample.metainfo
            name = str(meta['img_path']).rpartition('/')[2]
            points = np.array(self._people[name], float)
            points = points.reshape(-1, heatmaps.shape[1], 3)
            width, height = meta['input_size']
            # images and inputs are square
            points[..., :2] *= width / meta['ori_shape'][1]
            size = (tags.shape[2], tags.shape[3])
            made = nearest_people(points, size, height / size[0])
            if mirrored:
                made = made[list(meta['flip_indices']), :, ::-1]
            maps.append(torch.from_numpy(made.copy()))
        return heatmaps, torch.stack(maps).to(tags)
