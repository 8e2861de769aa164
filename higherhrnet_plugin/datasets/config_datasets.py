"""The data set that a config loads, described without loading it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope

from ..registry import DATASETS, KEYPOINT_CODECS, TRANSFORMS
from ..structures.geometry import place_image
from ..structures.metainfo import ordered_names
from .coco_repair import CocoOptions
from .coco_repair.annotated_on import IMAGE
from .pipeline_options import with_options
from .transforms.shared_codec import input_settings

_RESIZE = 'BottomupAlignedResize'


class ConfigDataset(NamedTuple):
    """A data set of a config.

    Attributes:
        settings (ConfigDict): Its arguments, without wrappers around it.
        metainfo (dict): As parsed by mmpose.
        keypoint_fields (dict[str, int]): Lists that hold the keypoints, and
            how many each; empty for ``keypoints`` alone.
    """

    settings: ConfigDict
    metainfo: dict[str, Any]
    keypoint_fields: dict[str, int]

    @property
    def annotated_on(self) -> str:
        """str: images that the annotations were made on."""
        return self.settings.get('annotated_on', IMAGE)

    def options(self, image_dir: str, missing_images: str) -> CocoOptions:
        """Return how the data set reads its annotation file.

        Args:
            image_dir (str): Folder of the images.
            missing_images (str): As in :class:`CocoOptions`.

        Returns:
            CocoOptions: for the loader.
        """
        return CocoOptions(
            num_keypoints=self.metainfo['num_keypoints'],
            category=self.settings.get('category'),
            image_dir=image_dir,
            missing_images=missing_images,
            keypoint_fields=self.keypoint_fields,
            annotated_on=self.annotated_on,
            names=ordered_names(self.metainfo),
            rename_keypoints=self.settings.get('rename_keypoints'),
        )

    def input_pixels(
        self, images: Sequence[Mapping[str, Any]]
    ) -> dict[Any, tuple[float, float]]:
        """Measure the pixels of the test input of scale 1 in image pixels.

        Args:
            images (Sequence[Mapping]): Records of a COCO file.

        Returns:
            dict: (w, h) by image id; of no image if none of our transforms
            resizes them, or nothing tells it the size.
        """
        pipeline = with_options(
            self.settings.get('pipeline') or [],
            scales=self.settings.get('scales'),
            resize=self.settings.get('resize'),
        )
        resizes = [t for t in pipeline if t.get('type') == _RESIZE]
        codec = self.settings.get('codec')
        if not resizes or not (codec or resizes[0].get('input_size')):
            return {}
        resize = TRANSFORMS.build(resizes[0])
        built = KEYPOINT_CODECS.build(codec) if codec else None
        input_size, use_udp = input_settings({'codec': built}, resize)
        pixels = {}
        for image in images:
            if image.get('width') and image.get('height'):
                size = image['width'], image['height']
                placement = place_image(
                    size,
                    input_size,
                    min_scale=min(resize.scales),
                    size_factor=resize.size_factor,
                    resize_mode=resize.resize_mode,
                    use_udp=use_udp,
                )
                width, height = placement.scale / placement.size
                pixels[image['id']] = float(width), float(height)
        return pixels


def read_config_dataset(cfg: Config, loader: str) -> ConfigDataset:
    """Describe the data set of a config.

    Args:
        cfg (Config): The config.
        loader (str): Its key, 'train_dataloader' or 'test_dataloader'.

    Returns:
        ConfigDataset: what tells how it reads annotations.

    Raises:
        ValueError: If there is none, it joins several, or is unknown.
    """
    if cfg.get(loader) is None:
        raise ValueError(f'the config has no `{loader}`')
    init_default_scope(cfg.get('default_scope', 'mmpose'))
    settings = cfg[loader].dataset
    while 'dataset' in settings:
        settings = settings.dataset
    if 'datasets' in settings:
        raise ValueError(
            f'`{loader}` joins several data sets; write a config for one of '
            'them'
        )
    dataset_class = DATASETS.get(settings.type)
    if dataset_class is None:
        raise ValueError(f'the config has an unknown data set {settings.type}')
    return ConfigDataset(
        settings,
        # the method of the host that reads `metainfo` without loading data
        dataset_class._load_metainfo(settings.get('metainfo')),
        dict(getattr(dataset_class, 'KEYPOINT_FIELDS', {})),
    )
