"""All checks of a data set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

from ...datasets.coco_repair import RepairReport, load_coco
from ...datasets.coco_repair.categories import Category
from ..config_inputs import PathText
from .findings import Findings
from .pictures import check_pictures
from .settings import Settings, settings_of_config, settings_of_file
from .statistics import judge_statistics


def check_dataset(
    ann_file: PathText,
    image_dir: PathText,
    config: Optional[PathText] = None,
    *,
    num_keypoints: Optional[int] = None,
    flip_pairs: Optional[Sequence[tuple[int, int]]] = None,
    category: Category = None,
    annotated_on: Optional[str] = None,
    input_size: Optional[int] = None,
    progress: bool = False,
) -> Findings:
    """Find out whether a data set can be trained on.

    The file is read and repaired as for training, every image is opened.

    Args:
        ann_file (str | PathLike): COCO keypoint file.
        image_dir (str | PathLike): Folder of the images.
        config (str | PathLike, optional): Config whose training data set
            tells what the following arguments do not. Defaults to None,
            which reads the names of keypoints in the file.
        num_keypoints (int, optional): K.
        flip_pairs (Sequence, optional): Indices of mirrored keypoints.
        category (int | str | Sequence | None): As for the data sets.
        annotated_on (str, optional): As for the data sets.
        input_size (int, optional): Shorter side of the network's input in
            pixels; without a config 512.
        progress (bool): Whether to show a progress bar. Defaults to False.

    Returns:
        Findings: what speaks against training, and statistics.

    Raises:
        ValueError: If the arguments contradict each other or the config.
        OSError: If the config cannot be read.

    Examples:
        >>> from higherhrnet_plugin.analysis import check_dataset
        >>> findings = check_dataset('people.json', 'images')
        >>> type(findings).__name__
        'Findings'
    """
    folder = Path(image_dir)
    if config is not None:
        settings = settings_of_config(Path(config), folder)
    else:
        settings = settings_of_file(
            Path(ann_file), folder, num_keypoints, category
        )
    if num_keypoints not in (None, settings.num_keypoints):
        if config is not None:
            raise ValueError(
                f'--num-keypoints is {num_keypoints}, but the config has '
                f'{settings.num_keypoints}'
            )
        settings.num_keypoints = num_keypoints
    for name, value in (
        ('flip_pairs', flip_pairs),
        ('category', category),
        ('annotated_on', annotated_on),
        ('input_size', input_size),
    ):
        if value is not None:
            setattr(settings, name, value)
    settings.check()
    return check_settings(Path(ann_file), settings, progress)


def check_settings(
    ann_file: Path, settings: Settings, progress: bool = False
) -> Findings:
    """Run all checks.

    Args:
        ann_file (Path): COCO keypoint file.
        settings (Settings): What is known about it.
        progress (bool): Whether to show a progress bar. Defaults to False.

    Returns:
        Findings: what speaks against training, and statistics.
    """
    findings = Findings(settings, warnings=list(settings.notes))
    content, report = _load(ann_file, findings)
    if content is None or report is None:
        return findings
    findings.content = content
    findings.details['repairs'] = report.to_dict()
    findings.lines += report.lines()
    check_pictures(content, findings, progress)
    judge_statistics(content, report, findings)
    return findings


def _load(
    ann_file: Path, findings: Findings
) -> tuple[Optional[dict[str, Any]], Optional[RepairReport]]:
    """Read the file; go on without images that are missing."""
    settings = findings.settings
    try:
        return load_coco(str(ann_file), settings.options())
    except FileNotFoundError as error:
        findings.failures.append(str(error))
    except ValueError as error:
        findings.failures.append(str(error))
        return None, None
    try:
        return load_coco(str(ann_file), settings.options('drop'))
    except ValueError:
        return None, None
