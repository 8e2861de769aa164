"""Write a synthetic data set in the format of COCO person key points."""

from __future__ import annotations

import json
import multiprocessing
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, NamedTuple

import cv2
import numpy as np
from tqdm import tqdm

from .options import FORMAT_VERSION, MAX_IMAGES, SPLITS, Options
from .scene import render_scene
from .skeleton import KEYPOINT_NAMES

JPEG_QUALITY = 92

# One-based pairs of key points, as in COCO.
COCO_SKELETON: tuple[tuple[int, int], ...] = (
    (16, 14),
    (14, 12),
    (17, 15),
    (15, 13),
    (12, 13),
    (6, 12),
    (7, 13),
    (6, 7),
    (6, 8),
    (7, 9),
    (8, 10),
    (9, 11),
    (2, 3),
    (1, 2),
    (1, 3),
    (2, 4),
    (3, 5),
    (4, 6),
    (5, 7),
)


class Job(NamedTuple):
    """Name one image to draw."""

    out_dir: str
    split: str
    index: int
    image_size: tuple[int, int]
    seed: int
    people: str


def annotation_path(out_dir: Path, split: str) -> Path:
    """Return the path of the annotation file of a split."""
    return out_dir / 'annotations' / f'person_keypoints_{split}.json'


def write_json(path: Path, content: Any) -> None:
    """Write a JSON file that is either complete or not there."""
    part = path.with_name(path.name + '.part')
    with part.open('w', encoding='utf-8') as stream:
        json.dump(content, stream, separators=(',', ':'))
    part.replace(path)


def draw_image(job: Job) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Draw and store one image.

    Args:
        job: Which image.

    Returns:
        The COCO image entry and its annotations.

    Raises:
        OSError: The image cannot be written.
    """
    number = SPLITS.index(job.split)
    rng = np.random.default_rng([job.seed, number, job.index])
    scene = render_scene(rng, job.image_size, job.people)
    name = f'{job.index + 1:06d}.jpg'
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    done, code = cv2.imencode('.jpg', scene.picture, quality)
    if not done:
        raise OSError(f'cannot encode {name}')
    (Path(job.out_dir) / job.split / name).write_bytes(code.tobytes())
    image_id = number * (MAX_IMAGES + 1) + job.index + 1
    width, height = job.image_size
    image = {
        'id': image_id,
        'file_name': name,
        'width': width,
        'height': height,
        'license': 1,
    }
    # Ids that depend on nothing but the image stay when images are added.
    annotations = [
        {'id': image_id * 100 + place + 1, 'image_id': image_id, **entry}
        for place, entry in enumerate(scene.annotations)
    ]
    return image, annotations


def _start_worker() -> None:
    """Keep OpenCV from starting threads in every process."""
    cv2.setNumThreads(1)


@contextmanager
def _mapper(workers: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """Provide an ordered map over one or more processes."""
    if workers == 1:
        yield map
        return
    context = multiprocessing.get_context('spawn')
    with context.Pool(workers, initializer=_start_worker) as pool:
        yield lambda draw, jobs: pool.imap(draw, jobs, chunksize=16)


def coco_document(
    images: list[dict[str, Any]], annotations: list[dict[str, Any]]
) -> dict[str, Any]:
    """Build the content of a COCO person key point file."""
    return {
        'info': {
            'description': 'Synthetic people with key points',
            'version': str(FORMAT_VERSION),
        },
        'licenses': [{'id': 1, 'name': 'Generated, no rights reserved'}],
        'images': images,
        'annotations': annotations,
        'categories': [
            {
                'id': 1,
                'name': 'person',
                'supercategory': 'person',
                'keypoints': list(KEYPOINT_NAMES),
                'skeleton': [list(pair) for pair in COCO_SKELETON],
            }
        ],
    }


def _remove_images(folder: Path) -> None:
    """Remove the images of an earlier run, and nothing else."""
    for path in folder.iterdir():
        if re.fullmatch(r'\d{6}\.jpg', path.name):
            path.unlink()


def write_data_set(
    out_dir: Path, options: Options, workers: int
) -> dict[str, dict[str, Any]]:
    """Draw all images and write the annotation files.

    Args:
        out_dir: Folder of the data set.
        options: What to draw.
        workers: Number of processes.

    Returns:
        Per split the content of its annotation file.
    """
    (out_dir / 'annotations').mkdir(parents=True, exist_ok=True)
    documents = {}
    total = options.num_train + options.num_val
    with _mapper(workers) as run, tqdm(total=total, unit='img') as bar:
        for split in SPLITS:
            folder = out_dir / split
            folder.mkdir(exist_ok=True)
            _remove_images(folder)
            shared = options.image_size, options.seed, options.people
            jobs = [
                Job(str(out_dir), split, n, *shared)
                for n in range(options.count(split))
            ]
            images: list[dict[str, Any]] = []
            annotations: list[dict[str, Any]] = []
            for image, entries in run(draw_image, jobs):
                images.append(image)
                annotations.extend(entries)
                bar.update()
            documents[split] = coco_document(images, annotations)
            write_json(annotation_path(out_dir, split), documents[split])
    return documents
