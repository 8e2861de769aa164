"""Go from projects of labelling tools to people without torch.

Draws mice, writes them as projects of SLEAP, DeepLabCut, Label Studio and
Ultralytics, and for each runs ``import``, ``init``, ``train``, ``test`` and
``export``. Then finds the people of the held-out pictures by the checkpoint
and, in an environment without torch, by the exported file, and compares them.
Prints a table, and ends with 1 if AP is not above 0.9 or people differ.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = {
    'SLEAP': 'mice.slp',
    'DeepLabCut': 'deeplabcut/config.yaml',
    'Label Studio': 'studio.json',
    'Ultralytics': 'yolo/data.yaml',
}
LEAST_AP = 0.9
FARTHEST = 1e-3


class Found(NamedTuple):
    """What came of a project.

    Attributes:
        ap (float): COCO AP on the held-out pictures.
        people (int): Found by the checkpoint.
        farthest (float): Largest difference of a keypoint, in pixels; inf if
            people were added or lost.
    """

    ap: float
    people: int
    farthest: float


def write_projects(folder: Path, images: int) -> None:
    """Draw mice, and write them as the four tools do.

    Args:
        folder (Path): New folder.
        images (int): How many pictures.
    """
    sys.path.insert(0, str(ROOT / 'tests' / 'support'))
    import foreign_labels
    import sleap_io

    mice = folder / 'drawn'
    draw = ROOT / 'tools/dataset_converters/make_synthetic_mice.py'
    run(folder, sys.executable, draw, mice, '--num-train', images)
    content = json.loads((mice / 'train.json').read_text())

    def labels(**options: Any) -> Any:
        return foreign_labels.to_sleap(content, mice / 'images', **options)

    sleap_io.save_slp(labels(), str(folder / 'mice.slp'))
    sleap_io.save_labelstudio(labels(), str(folder / 'studio.json'))
    foreign_labels.write_deeplabcut(labels(tracks=True), folder / 'deeplabcut')
    foreign_labels.write_ultralytics(labels(), folder / 'yolo')


def run(folder: Path, *words: Any) -> str:
    """Run a command with one thread, and return what it wrote.

    Args:
        folder (Path): Where.
        words (Any): The command.

    Returns:
        str: both streams.

    Raises:
        SystemExit: If it failed.
    """
    command = list(map(str, words))
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, 'OMP_NUM_THREADS': '1'},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f'{" ".join(command)}\n{done.stdout[-3000:]}')
    return done.stdout


def make_environment(folder: Path) -> Path:
    """Install the package for exported files alone.

    Args:
        folder (Path): Of the environment.

    Returns:
        Path: its command ``higherhrnet``.

    Raises:
        SystemExit: If torch comes with it.
    """
    if not folder.exists():
        venv.create(folder, with_pip=True)
        pip = folder / 'bin' / 'pip'
        # others read and resize images with other roundings
        opencv = f'opencv-python-headless=={version("opencv-python-headless")}'
        run(ROOT, pip, 'install', '--quiet', '.[onnx]', opencv)
    code = 'import importlib.util as u; print(u.find_spec("torch"))'
    if run(folder, folder / 'bin' / 'python', '-c', code).strip() != 'None':
        raise SystemExit(f'error: {folder} has torch')
    return folder / 'bin' / 'higherhrnet'


def go(project: Path, folder: Path, bare: Path) -> Found:
    """Go the whole way with one project.

    Args:
        project (Path): What ``import`` is given.
        folder (Path): New folder.
        bare (Path): ``higherhrnet`` of the environment without torch.

    Returns:
        Found: what came of it.
    """
    folder.mkdir(parents=True)
    own = Path(sys.executable).with_name('higherhrnet')
    run(folder, own, 'import', project, '--out', 'data', '--keep-empty')
    files = [p for p in (folder / 'data').glob('*.json') if p.is_file()]
    (labels,) = files
    run(folder, own, 'init', labels, 'data/images', '--out', 'mice.py')
    run(folder, own, 'train', 'mice.py', '--work-dir', 'work')
    (weights,) = (folder / 'work').glob('best_*.pth')
    told = run(folder, own, 'test', 'mice.py', weights, '--work-dir', 'test')
    ap = float(re.findall(r'/AP: (\S+)', told)[-1])
    run(folder, own, 'export', 'mice.py', weights, 'mice.onnx')
    held_out = json.loads((folder / 'mice_val.json').read_text())['images']
    pictures = [f'data/images/{image["file_name"]}' for image in held_out]
    torch_way = ('mice.py', weights, *pictures, '--out', 'with_torch')
    run(folder, own, 'predict', *torch_way)
    run(folder, bare, 'predict', 'mice.onnx', *pictures, '--out', 'without')
    return Found(ap, *compare(folder / 'with_torch', folder / 'without'))


def compare(one: Path, other: Path) -> tuple[int, float]:
    """Compare the people that two runs have found.

    Args:
        one (Path): Folder of ``predict``.
        other (Path): Another.

    Returns:
        tuple[int, float]: people of the first, and the largest difference of
        a keypoint.
    """
    results = [
        json.loads((folder / 'predictions.json').read_text())
        for folder in (one, other)
    ]
    ids = [[person['image_id'] for person in people] for people in results]
    if ids[0] != ids[1]:
        return len(ids[0]), float('inf')
    points = [
        np.reshape([person['keypoints'] for person in people], (-1, 3))
        for people in results
    ]
    gap = np.abs(points[0] - points[1])[:, :2]
    return len(ids[0]), float(gap.max(initial=0))


def main() -> int:
    """Run the tool.

    Returns:
        int: 0 if every project went all the way, else 1.
    """
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('folder', type=Path, help='new or started before')
    parser.add_argument('--images', type=int, default=380, help='(380)')
    parser.add_argument(
        '--only', nargs='+', choices=PROJECTS, default=list(PROJECTS)
    )
    args = parser.parse_args()
    folder = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # projects name their images by path, so that they cannot be moved
    projects, whole = folder / 'projects', folder / 'projects.done'
    if not whole.exists():
        shutil.rmtree(projects, ignore_errors=True)
        projects.mkdir()
        write_projects(projects, args.images)
        whole.touch()
    bare = make_environment(folder / 'without_torch')
    print('| Project | COCO AP | People | Farthest keypoint, px |')
    print('| --- | ---: | ---: | ---: |', flush=True)
    passed = True
    for name in args.only:
        place = folder / Path(PROJECTS[name]).parts[0].partition('.')[0]
        shutil.rmtree(place, ignore_errors=True)
        found = go(projects / PROJECTS[name], place, bare)
        print(
            f'| {name} | {found.ap:.3f} | {found.people} | '
            f'{found.farthest:.2g} |',
            flush=True,
        )
        passed &= found.ap > LEAST_AP and found.farthest < FARTHEST
    return int(not passed)


if __name__ == '__main__':
    sys.exit(main())
