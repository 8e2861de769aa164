"""Annotation files, as ``xtcocotools.coco`` reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np
import pycocotools.coco


class COCO(pycocotools.coco.COCO):
    """pycocotools' reader with what xtcocotools adds to it.

    Args:
        annotation_file (str, optional): COCO file. Defaults to None, which
            makes an empty object.
        test_index (Sequence[int], optional): Keypoints to keep. Defaults to
            None, which keeps all.
        ann_data (dict, optional): Content of ``annotation_file``, which is
            then not read. Defaults to None.

    Attributes:
        anno_file (list): ``annotation_file``, and the first file of results.
    """

    def __init__(
        self,
        annotation_file: Optional[str] = None,
        test_index: Optional[Sequence[int]] = None,
        ann_data: Optional[dict[str, Any]] = None,
    ) -> None:
        if annotation_file is None or ann_data is None:
            super().__init__(annotation_file)
        else:
            super().__init__()
            self.dataset = ann_data
            self.createIndex()
        self.anno_file: list[Any] = [annotation_file]
        self.test_index = test_index
        for annotation in self.dataset.get('annotations', ()):
            annotation.setdefault('iscrowd', False)
            if test_index is not None:
                points = np.reshape(annotation['keypoints'], (-1, 3))
                kept = points[list(test_index)].reshape(-1)
                annotation['keypoints'] = kept.tolist()

    def getAnnIds(  # noqa: N802
        self,
        imgIds: Any = (),
        catIds: Any = (),
        areaRng: Sequence[float] = (),
        iscrowd: Optional[bool] = None,
    ) -> list:
        """List annotations.

        Args:
            imgIds (Any): Id or ids of images. Defaults to none, for all.
            catIds (Any): Id or ids of categories. Defaults to none, for all.
            areaRng (Sequence[float]): Smallest area, and what no area
                reaches. Defaults to none, for all.
            iscrowd (bool, optional): Defaults to None, for all.

        Returns:
            list: ids.
        """
        ids = super().getAnnIds(_listed(imgIds), _listed(catIds), [], iscrowd)
        if not len(areaRng):
            return ids
        low, high = areaRng
        return [i for i in ids if low <= self.anns[i]['area'] < high]

    def getCatIds(  # noqa: N802
        self, catNms: Any = (), supNms: Any = (), catIds: Any = ()
    ) -> list:
        """List categories.

        Args:
            catNms (Any): Name or names. Defaults to none, for all.
            supNms (Any): Name or names of the categories above. Defaults to
                none, for all.
            catIds (Any): Id or ids. Defaults to none, for all.

        Returns:
            list: ids.
        """
        return super().getCatIds(
            _listed(catNms), _listed(supNms), _listed(catIds)
        )

    def loadRes(  # noqa: N802
        self,
        resFile: Union[str, Path, list, np.ndarray],
        resData: Optional[list] = None,
    ) -> COCO:
        """Read results.

        Args:
            resFile (str | Path | list | np.ndarray): File, or its content.
            resData (list, optional): Content of the file ``resFile``, which
                is then not read. Defaults to None.

        Returns:
            COCO: the results. There may be none.
        """
        if len(self.anno_file) == 1:
            self.anno_file.append(resFile)
        records: Any = resFile
        if isinstance(resFile, (str, Path)):
            records = resData
            if records is None:
                records = json.loads(Path(resFile).read_text())
        results = type(self)()
        if isinstance(records, list) and not records:
            results.dataset = {
                'images': list(self.dataset['images']),
                'annotations': [],
            }
            results.createIndex()
        else:
            results.__dict__.update(super().loadRes(records).__dict__)
        return results


def _listed(value: Any) -> Any:
    """Wrap a name, which pycocotools takes for a list of letters."""
    return [value] if isinstance(value, str) else value
