"""Bottom-up loading that is robust and can keep images without people."""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Optional, Union

from mmengine.logging import print_log
from mmpose.datasets.datasets.base import BaseCocoStyleDataset

from ...registry import KEYPOINT_CODECS
from ...structures.metainfo import (
    find_host_file,
    ordered_names,
    parse_metainfo,
)
from ..bad_images import SKIP, BadImages
from ..batches import SkippingMixin
from ..coco_repair import CocoOptions, load_coco
from ..coco_repair.categories import Category
from ..coco_repair.names import Renaming
from ..coco_repair.nobody import NO_ANNOTATIONS
from ..coco_repair.segmentations import masked_region
from ..coco_repair.sharing import count_trained_images, share_options
from ..pipeline_options import with_options
from ..sample_randomness import SampleRandomnessMixin
from ..transforms import LoadBottomupImage
from .image_records import describe_empty, gather_people


class BottomupDatasetMixin(
    SkippingMixin, SampleRandomnessMixin, BaseCocoStyleDataset
):
    """Load images with all their people for bottom-up training.

    Goes in front of a COCO-style data set class of mmpose and differs from it
    in ``data_mode='bottomup'``, which is the default here:

    - annotation files are repaired where that is safe, with one summary in
      the log, see :mod:`higherhrnet_plugin.datasets.coco_repair`
    - images without people can be kept as negatives
    - segmentations may be missing, empty or of mixed forms; crowds and
      unlabelled people without one are masked by their box
    - images are read by ``LoadBottomupImage``, also where the pipeline has
      mmpose's ``LoadImage``, and their sizes are compared with the file's
    - errors name the file, the annotation and the value

    ``BottomupCocoMetric`` evaluates with the same repaired annotations.

    Attributes:
        KEYPOINT_FIELDS (dict[str, int]): For classes whose annotations hold
            keypoints in several lists: their names and lengths. Empty stands
            for all keypoints in ``keypoints``.

    Args:
        codec (Mapping, optional): Description of input and targets, a
            :class:`.MultiResolutionAssociativeEmbedding`, the same as that of
            the head. It goes with every image through the pipeline, also
            through that of a ``CombinedDataset`` around this one, whose
            transforms take from it what they are not told.
        scales (Sequence[float], optional): Test scales, 1 among them.
        augmentation (Mapping, optional): How images are changed in training.
        resize (Mapping, optional): How they are resized in a test.
        tiles (float | Mapping, optional): How images that are larger than a
            tile are tested in tiles, see :class:`.TileOptions`. These four
            are arguments of transforms in the pipeline, see
            :func:`.with_options`.
        keep_empty (bool): Keep training images that show nobody. Defaults to
            False, as the official code has it for images without annotation.
        allow_nobody (bool): Take a file in which nobody at all is labelled,
            such as one of negatives only beside other data sets. Defaults to
            False, which refuses it: mostly something else is wrong.
        category (int | str | Sequence | None): Id or name of the category to
            learn, several of them, which are merged, or 'all'. Defaults to
            None, which takes the only one that fits.
        missing_images (str): 'error' refuses a file that lists images which
            are not there, 'drop' leaves these out, 'ignore' does not look.
            Defaults to 'error'.
        annotated_on (str): 'image': on the images as they are read, and an
            image of another size is an error; 'disk': the same, but sizes in
            the file are wrong, and those on disk are taken; 'resized': on
            images of the size that the file says, and the annotations are
            scaled to those on disk; 'stored': on images that were not turned
            by their EXIF record, and the annotations are turned. Defaults to
            'image'.
        bad_images (str): What a training does about images that are missing,
            broken, or of another size than the file says, and about masks
            that cannot be drawn. 'error' stops; 'skip' leaves them out of
            their batches, names each once in the log and counts. Defaults to
            'error', which is all a test may have.
        max_bad_images (int | float): With 'skip', so many images may be left
            out: a number, or a share below 1. Defaults to 0.01.
        rename_keypoints (str | Mapping | None): What to do if the category of
            the file names other keypoints than the metainfo: a dict maps
            names of the file to names of the metainfo, 'by_index' takes all
            by their places. Defaults to None, which refuses such files. The
            same names in another order are put into that of the metainfo.
        data_mode (str): 'bottomup' or 'topdown'. Defaults to 'bottomup'.
        kwargs (Any): Arguments of mmpose's class.

    Examples:
        >>> from mmpose.datasets.datasets import MpiiDataset
        >>> from higherhrnet_plugin import BottomupDatasetMixin
        >>> class BottomupMpii(BottomupDatasetMixin, MpiiDataset):
        ...     pass
        >>> BottomupMpii(lazy_init=True).metainfo['num_keypoints']
        16
    """

    KEYPOINT_FIELDS: ClassVar[dict[str, int]] = {}

    def __init__(
        self,
        *,
        codec: Optional[Mapping[str, Any]] = None,
        scales: Optional[Sequence[float]] = None,
        augmentation: Optional[Mapping[str, Any]] = None,
        resize: Optional[Mapping[str, Any]] = None,
        tiles: Union[float, Mapping[str, Any], None] = None,
        pipeline: Sequence[Any] = (),
        keep_empty: bool = False,
        allow_nobody: bool = False,
        category: Category = None,
        missing_images: str = 'error',
        annotated_on: str = 'image',
        bad_images: str = 'error',
        max_bad_images: Union[int, float] = 0.01,
        rename_keypoints: Renaming = None,
        data_mode: str = 'bottomup',
        **kwargs: Any,
    ) -> None:
        self.keep_empty = keep_empty
        self.allow_nobody = allow_nobody
        self.category = category
        self.missing_images = missing_images
        self.annotated_on = annotated_on
        self.rename_keypoints = rename_keypoints
        self.codec = KEYPOINT_CODECS.build(codec) if codec else None
        self.bad_images = BadImages(
            str(kwargs.get('ann_file', '')), bad_images, max_bad_images
        )
        pipeline = with_options(pipeline, augmentation, scales, resize, tiles)
        super().__init__(data_mode=data_mode, pipeline=pipeline, **kwargs)
        LoadBottomupImage.replace_in(self.pipeline)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Find mmpose's description of the keypoints wherever it is."""
        super().__init_subclass__(**kwargs)
        cls.METAINFO = dict(find_host_file(cls.METAINFO))

    @classmethod
    def _load_metainfo(cls, metainfo: Optional[dict] = None) -> dict:
        """Check and parse the metainfo."""
        return parse_metainfo(cls.METAINFO if metainfo is None else metainfo)

    def get_data_info(self, idx: int) -> dict[str, Any]:
        """Return what the pipeline is given of an image.

        Args:
            idx (int): Index of the image.

        Returns:
            dict: as mmpose has it, with ``bad_images``, the ``sigmas`` of
            the keypoints, and ``codec`` where the data set has one.
        """
        shared: dict[str, Any] = {
            'bad_images': self.bad_images,
            'sigmas': self.metainfo['sigmas'],
        }
        if self.codec is not None:
            shared['codec'] = self.codec
        return {**super().get_data_info(idx), **shared}

    def full_init(self) -> None:
        """Load the annotations.

        Raises:
            ValueError: If images are to be left out of a test.
        """
        if self._fully_initialized:
            return
        if self.test_mode and self.bad_images.policy == SKIP:
            raise ValueError(
                "`bad_images='skip'` is for training: a test without some of "
                'its images gives numbers of another data set. Take these '
                'images out of the annotation file, or set '
                "bad_images='error'"
            )
        super().full_init()
        self.bad_images.owner = self.ann_file
        self.bad_images.watch(len(self))

    @property
    def coco_options(self) -> CocoOptions:
        """CocoOptions: how the annotation file is read."""
        return CocoOptions(
            num_keypoints=self.metainfo['num_keypoints'],
            category=self.category,
            image_dir=self.data_prefix['img'],
            missing_images=self.missing_images,
            keypoint_fields=dict(self.KEYPOINT_FIELDS),
            annotated_on=self.annotated_on,
            names=ordered_names(self.metainfo),
            rename_keypoints=self.rename_keypoints,
        )

    def _load_annotations(self) -> tuple[list[dict], list[dict]]:
        """Load and repair the annotation file."""
        content, report = load_coco(self.ann_file, self.coco_options)
        level = logging.INFO if report.is_clean else logging.WARNING
        print_log('\n'.join(report.lines()), 'current', level)
        if self.test_mode:
            share_options(self.ann_file, self.coco_options)
        # as in lists of test images
        is_list = self.test_mode and report.nobody == NO_ANNOTATIONS
        if report.nobody and not (self.allow_nobody or is_list):
            raise ValueError(
                f'annotation file {self.ann_file!r} shows nobody with '
                f'labelled `keypoints`: {report.nobody}. If it is meant to '
                'show nobody, set `allow_nobody=True` of the data set'
            )
        self._metainfo['CLASSES'] = content['categories']
        people = defaultdict(list)
        for annotation in content.get('annotations', ()):
            people[annotation['image_id']].append(annotation)
        instances, images = [], []
        for image in content['images']:
            number = image['id']
            if number % self.sample_interval:
                continue
            path = os.path.join(  # noqa: PTH118, mmpose's spelling
                self.data_prefix['img'], image['file_name']
            )
            image.update(img_id=number, img_path=path)
            images.append(image)
            for annotation in people[number]:
                info = self.parse_data_info(
                    dict(raw_ann_info=annotation, raw_img_info=image)
                )
                if info:
                    instances.append(info)
        self._warn_of_trained_images([i['img_path'] for i in images])
        return instances, images

    def _warn_of_trained_images(self, paths: Sequence[str]) -> None:
        """Say that a test set holds images of the training set."""
        number = count_trained_images(paths, self.test_mode)
        if number:
            print_log(
                f'{number} of {len(paths)} images of the test set '
                f'{self.ann_file!r} are in a training set of this run, too: '
                'their scores say little about other images',
                'current',
                logging.WARNING,
            )

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
                infos.append(gather_people(people, not self.test_mode))
                infos[-1]['invalid_segs'] = [
                    masked_region(person['raw_ann_info'])
                    for person in people
                    if not self._is_valid_instance(person)
                ]
            elif self.test_mode:
                infos.append(describe_empty(image))
            elif self.keep_empty:
                k = self.metainfo['num_keypoints']
                infos.append(describe_empty(image, k))
            else:
                continue
            infos[-1].update(
                annotated_size=(image['width'], image['height']),
                annotated_on=self.annotated_on,
            )
        if not infos:
            raise ValueError(
                f'annotation file {self.ann_file!r} shows nobody; for images '
                'without people set `keep_empty`'
            )
        return infos
