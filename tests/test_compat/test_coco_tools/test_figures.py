"""The classes on pycocotools give the figures of xtcocotools.

``figures.json`` holds what xtcocotools 1.14.3 gave; where it is installed
that is checked as well. To record again, run this file.
"""

import io
import json
import runpy
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from helpers import write_json
from processes import ROOT

from higherhrnet_plugin.compat import coco_tools
from higherhrnet_plugin.compat.coco_tools import coco, cocoeval

PEOPLE = runpy.run_path(
    str(ROOT / 'tools' / 'benchmarks' / '_scored_people.py')
)
FIGURES = Path(__file__).with_name('figures.json')
VARIANTS = {
    'distinct scores': {},
    'equal scores': dict(ties=True),
    'without scores': dict(ties=True, unscored=0.1),
}
CASES = [
    (name, variant) for name in PEOPLE['BENCHMARKS'] for variant in VARIANTS
]

needs_xtcocotools = pytest.mark.skipif(
    coco_tools.xtcocotools_failure is not None,
    reason=f'xtcocotools: {coco_tools.xtcocotools_failure}',
)


def make_files(folder, name, variant, seed=5, images=40):
    scenes = PEOPLE['make_scenes'](name, images, seed, **VARIANTS[variant])
    files = [
        write_json(folder / f'{i}.json', content)
        for i, content in enumerate(scenes[:2])
    ]
    return files, scenes


def score(coco_class, eval_class, files, scenes):
    """Evaluate as mmpose does; return it with its state before summaries."""
    truth = coco_class(files[0])
    evaluation = eval_class(
        truth,
        truth.loadRes(files[1]),
        scenes.benchmark.iou_type,
        scenes.sigmas,
        use_area=scenes.benchmark.use_area,
    )
    with redirect_stdout(io.StringIO()):
        evaluation.evaluate()
        images = evaluation.evalImgs
        evaluation.accumulate()
        tables = evaluation.eval
        evaluation.summarize()
    return evaluation.stats, tables, images


@pytest.mark.parametrize(('name', 'variant'), CASES)
@pytest.mark.filterwarnings('ignore:.*not found, use .score. instead')
class TestFigures:
    def test_as_recorded(self, tmp_path, name, variant):
        recorded = json.loads(FIGURES.read_text())[name][variant]
        files, scenes = make_files(tmp_path, name, variant)
        stats, _, _ = score(coco.COCO, cocoeval.COCOeval, files, scenes)
        assert stats.tolist() == pytest.approx(recorded, abs=1e-12)
        # neither nobody nor everybody is found
        assert 0.05 < stats[0] < 0.5

    @needs_xtcocotools
    def test_as_xtcocotools_gives_them(self, tmp_path, name, variant):
        files, scenes = make_files(tmp_path, name, variant)
        stats, tables, images = score(
            coco.COCO, cocoeval.COCOeval, files, scenes
        )
        theirs, their_tables, their_images = score(
            coco_tools.COCO, coco_tools.COCOeval, files, scenes
        )
        assert coco_tools.COCOeval is not cocoeval.COCOeval
        np.testing.assert_array_equal(stats, theirs)
        recorded = json.loads(FIGURES.read_text())[name][variant]
        assert theirs.tolist() == pytest.approx(recorded, abs=1e-12)
        for table in ('precision', 'recall', 'scores'):
            np.testing.assert_array_equal(tables[table], their_tables[table])
        assert len(images) == len(their_images)
        for found, expected in zip(images, their_images):
            assert (found is None) == (expected is None)
            for key, value in (expected or {}).items():
                np.testing.assert_array_equal(found[key], value)


@needs_xtcocotools
@pytest.mark.parametrize('use_area', [True, False])
@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('part', ['foot', 'wholebody'])
def test_scores_of_parts(tmp_path, part, seed, use_area):
    files, scenes = make_files(tmp_path, part, 'equal scores', seed)
    rng = np.random.default_rng(seed)
    for result in scenes.results:
        if rng.random() < 0.8:
            result[f'{part}_score'] = float(rng.choice([0.2, 0.4, 0.8]))
    write_json(Path(files[1]), scenes.results)
    benchmark = scenes.benchmark._replace(use_area=use_area)
    scenes = scenes._replace(benchmark=benchmark)
    with pytest.warns(UserWarning, match="score' not found, use 'score'"):
        stats, _, _ = score(coco.COCO, cocoeval.COCOeval, files, scenes)
    with pytest.warns(UserWarning, match="score' not found, use 'score'"):
        theirs, _, _ = score(
            coco_tools.COCO, coco_tools.COCOeval, files, scenes
        )
    np.testing.assert_array_equal(stats, theirs)


def record():
    """Write the figures of xtcocotools."""
    import tempfile

    from xtcocotools.coco import COCO
    from xtcocotools.cocoeval import COCOeval

    figures = {}
    for name, variant in CASES:
        with tempfile.TemporaryDirectory() as folder:
            files, scenes = make_files(Path(folder), name, variant)
            stats, _, _ = score(COCO, COCOeval, files, scenes)
        figures.setdefault(name, {})[variant] = stats.tolist()
    FIGURES.write_text(json.dumps(figures, indent=1) + '\n')


if __name__ == '__main__':
    record()
