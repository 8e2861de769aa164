"""Loading of images by the one reader of the project."""

from __future__ import annotations

import logging
from typing import Any, Optional

import numpy as np
from mmcv.transforms import LoadImageFromFile
from mmengine.dataset import Compose
from mmengine.fileio import get
from mmengine.logging import print_log
from mmpose.datasets.transforms import LoadImage

from ...images import (
    decode_image,
    hint_kind,
    hint_orientation,
    to_bgr,
)
from ...registry import TRANSFORMS
from ..bad_images import refuse_image
from .annotated_size import check_annotated_size


@TRANSFORMS.register_module()
class LoadBottomupImage(LoadImage):
    """Load an image, upright, and check that the annotations belong to it.

    Takes the place of mmpose's ``LoadImage``, with the same keys and
    arguments. Pixels of JPEG and PNG files are the same. EXIF records count
    in every format; GIF, AVIF and HEIC are read where a decoder is installed;
    16-bit images that use 14 bits or fewer get a hint in the log, once. See
    ``docs/images.md``.

    Required Keys:

        - img_path, or img: an array or image of Pillow, see
          :func:`higherhrnet_plugin.images.to_bgr`
        - annotated_size (optional): (w, h) of the image in the annotation
          file, which is compared
        - annotated_on (optional): of the data set; unless 'stored', there is
          a hint where the size does not tell whether the image was turned
        - bad_images, sample_idx (optional): what the data set does about
          images that cannot be read

    Added Keys:

        - img: uint8 (H, W, 3), BGR
        - img_shape, ori_shape: (H, W)

    Args:
        stretch (bool): Bring images of 16 bits to 8 by the range of their
            values instead of the high bytes. Defaults to False.
        kwargs (Any): Arguments of ``LoadImage``. mmcv reads the files if
            ``color_type``, ``imdecode_backend`` or ``file_client_args`` are
            set.

    Raises:
        OSError: If a file cannot be opened.
        ValueError: If it is no image, or of another size than the annotation
            file says.

    Examples:
        >>> from higherhrnet_plugin import LoadBottomupImage
        >>> LoadBottomupImage()(dict(img_path='photo.png'))['img'].shape
        (80, 96, 3)
    """

    def __init__(self, *, stretch: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stretch = stretch
        self._hinted: set[str] = set()

    @classmethod
    def replacing(cls, transform: Any) -> Any:
        """Take the place of mmpose's or mmcv's loader.

        Args:
            transform (Any): Of a pipeline.

        Returns:
            Any: one of this class with the same arguments, or the transform
            itself if it is of any other class.
        """
        if type(transform) not in (LoadImage, LoadImageFromFile):
            return transform
        loader = cls()
        loader.__dict__.update(vars(transform))
        return loader

    @classmethod
    def replace_in(cls, pipeline: Compose) -> None:
        """Take the place of mmpose's or mmcv's loader in a pipeline.

        Args:
            pipeline (Compose): Changed in place.
        """
        pipeline.transforms = [cls.replacing(t) for t in pipeline.transforms]

    def transform(self, results: dict) -> Optional[dict]:
        """Load an image.

        Args:
            results (dict): See the class.

        Returns:
            dict | None: the same with the added keys; None for a file that
            cannot be read, with ``ignore_empty`` and outside of our data
            sets.
        """
        if 'img' in results:
            results.setdefault('img_path', None)
            pixels = to_bgr(results['img'], self.stretch)
            loaded: Optional[dict] = self._add(results, pixels)
        elif self._is_default():
            loaded = self._read(results)
        else:
            loaded = super().transform(results)
        if loaded is not None:
            check_annotated_size(loaded)
        return loaded

    def _is_default(self) -> bool:
        """Tell whether mmcv's options of reading are left alone."""
        return (
            self.file_client_args is None
            and self.color_type == 'color'
            and self.imdecode_backend == 'cv2'
        )

    def _read(self, results: dict) -> Optional[dict]:
        """Read a file by the one reader."""
        path = results['img_path']
        try:
            content = get(path, backend_args=self.backend_args)
            picture = decode_image(content, self.stretch)
        except (OSError, ValueError) as error:
            # data sets have a policy of their own
            if self.ignore_empty and 'bad_images' not in results:
                return None
            refuse_image(results, error)
        results['hint'] = picture.hint
        self._say(path, picture.hint)
        if results.get('annotated_on', 'stored') != 'stored':
            self._say(path, hint_orientation(picture.orientation))
        return self._add(results, picture.pixels)

    def _say(self, path: str, hint: str) -> None:
        """Log a hint, one of a kind."""
        kind = hint_kind(hint)
        if kind and kind not in self._hinted:
            self._hinted.add(kind)
            print_log(
                f'image {str(path)!r}: {hint}', 'current', logging.WARNING
            )

    def _add(self, results: dict, pixels: np.ndarray) -> dict:
        """Add the keys of an image."""
        if self.to_float32:
            pixels = pixels.astype(np.float32)
        results['img'] = pixels
        results['img_shape'] = results['ori_shape'] = pixels.shape[:2]
        return results

    def __repr__(self) -> str:
        text = super().__repr__()
        return f'{text[:-1]}, stretch={self.stretch})'
