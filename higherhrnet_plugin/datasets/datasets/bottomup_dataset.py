"""Bottom-up loading that is robust and can keep images without people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

import numpy as np
from mmpose.datasets.datasets.base import BaseCocoStyleDataset


class BottomupDatasetMixin(BaseCocoStyleDataset):
    """Load images with all their people for bottom-up training.

    Goes in front of a COCO-style data set class of mmpose and differs from it
    in ``data_mode='bottomup'``, which is the default here:

    - images without people can be kept as negatives
    - segmentations may be missing, empty or of mixed forms
    - errors name the file, the annotation and both numbers

    Args:
        keep_empty (bool): Keep training images that show nobody. Defaults to
            False, as the official code has it for images without annotation.
        data_mode (str): 'bottomup' or 'topdown'. Defaults to 'bottomup'.
        kwargs (Any): Arguments of mmpose's class.
    """

    def __init__(
        self,
        *,
        keep_empty: bool = False,
        data_mode: str = 'bottomup',
        **kwargs: Any,
    ) -> None:
        self.keep_empty = keep_empty
        super().__init__(data_mode=data_mode, **kwargs)

    def _load_annotations(self) -> tuple[list[dict], list[dict]]:
        """Load the annotation file with errors that name it."""
        if '://' not in self.ann_file and not Path(self.ann_file).is_file():
            raise FileNotFoundError(
                f'annotation file {self.ann_file!r} does not exist; set '
                '`data_root` and `ann_file` of the data set'
            )
        try:
            instances, images = super()._load_annotations()
        except KeyError as error:
            raise ValueError(
                f'annotation file {self.ann_file!r} is not in COCO format: '
                f'{error} is missing'
            ) from error
        # the last is how xtcocotools refuses what is not a dict
        except (UnicodeDecodeError, ValueError, AssertionError) as error:
            raise ValueError(
                f'annotation file {self.ann_file!r} cannot be read: {error}'
            ) from error
        if not images:
            raise ValueError(
                f'annotation file {self.ann_file!r} is not in COCO format, '
                'or empty: `images` lists none'
            )
        return instances, images

    def parse_data_info(self, raw_data_info: dict) -> Optional[dict]:
        """Parse one annotation, after a look at the number of keypoints."""
        annotation = raw_data_info['raw_ann_info']
        expected = self.metainfo.get('num_keypoints')
        found = len(annotation.get('keypoints', ())) / 3
        if 'keypoints' in annotation and expected not in (None, found):
            raise ValueError(
                f'annotation {annotation.get("id")} has {found:g} keypoints, '
                f'but the metainfo of {type(self).__name__} has '
                f'{expected} (`num_keypoints`); set `metainfo` of the data '
                'set'
            )
        return super().parse_data_info(raw_data_info)

    def _get_bottomup_data_infos(
        self, instance_list: list[dict], image_list: list[dict]
    ) -> list[dict]:
        """Gather the people of every image."""
        by_image: dict[Any, list[dict]] = defaultdict(list)
        for instance in instance_list:
            by_image[instance['img_id']].append(instance)
        infos = []
        for image in image_list:
            people = by_image.get(image['img_id'], [])
            if people:
                infos.append(self._gather(people))
            elif self.test_mode or self.keep_empty:
                infos.append(self._empty(image))
        if not infos:
            raise ValueError(
                f'annotation file {self.ann_file!r} shows nobody with '
                '`keypoints` and `bbox`; for images without people set '
                '`keep_empty`'
            )
        return infos

    def _gather(self, people: Sequence[dict]) -> dict[str, Any]:
        """Join the annotations of one image."""
        info = {key: people[0][key] for key in ('img_id', 'img_path')}
        for key, first in people[0].items():
            values = [person[key] for person in people]
            if key in info:
                continue
            if isinstance(first, np.ndarray):
                join = np.concatenate if first.ndim else np.stack
                info[key] = join(values)
            else:
                info[key] = values
        info['invalid_segs'] = [
            person.get('segmentation')
            for person in people
            if not self._is_valid_instance(person)
        ]
        return info

    def _empty(self, image: dict) -> dict[str, Any]:
        """Describe an image that shows nobody."""
        info: dict[str, Any] = {
            'img_id': image['img_id'],
            'img_path': image['img_path'],
            'id': [],
            'raw_ann_info': None,
            'invalid_segs': [],
        }
        if 'crowdIndex' in image:
            info['crowd_index'] = image['crowdIndex']
        if not self.test_mode:
            # nobody labelled; cv2.transform refuses empty arrays
            k = self.metainfo['num_keypoints']
            info['keypoints'] = np.zeros((1, k, 2), dtype=np.float32)
            info['keypoints_visible'] = np.zeros((1, k), dtype=np.float32)
        return info
