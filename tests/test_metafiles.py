"""The metafiles say what was published, all of it, and nothing else."""

import re

import pytest
import yaml
from processes import ROOT
from small_configs import CONFIGS

INDEX = ROOT / 'higherhrnet_plugin' / '.mim' / 'model-index.yml'
HOST = 'https://download.openmmlab.com/mmpose/bottom_up/'

# As published: the tables of the official code's README and of the model zoo
# of MMPose 0.x, in percent, with flip test. MS: multi-scale test.
OFFICIAL_COCO = """
AP | AP@0.5 | AP@0.75 | AP (M) | AP (L)
w32 512          | 67.1 | 86.2 | 73.0 | 61.5 | 76.1
w32 640          | 68.5 | 87.1 | 74.7 | 64.3 | 75.3
w48 640          | 69.9 | 87.2 | 76.1 | 65.4 | 76.4
w32 512 MS       | 69.9 | 87.1 | 76.0 | 65.3 | 77.0
w32 640 MS       | 70.6 | 88.1 | 76.9 | 66.6 | 76.5
w48 640 MS       | 72.1 | 88.4 | 78.2 | 67.8 | 78.3
test-dev w32 512 | 66.4 | 87.5 | 72.8 | 61.2 | 74.2
test-dev w48 640 | 68.4 | 88.2 | 75.1 | 64.4 | 74.2
test-dev w48 640 MS | 70.5 | 89.3 | 77.2 | 66.6 | 75.8
"""
OFFICIAL_CROWDPOSE = """
AP | AP@0.5 | AP@0.75 | AP (E) | AP (M) | AP (H)
w48 640    | 65.9 | 86.4 | 70.6 | 73.3 | 66.5 | 57.9
w48 640 MS | 67.6 | 87.4 | 72.6 | 75.8 | 68.1 | 58.9
"""
ZOO_COCO = """
AP | AP@0.5 | AP@0.75 | AR | AR@0.5
w32 512     | 67.7 | 87.0 | 73.8 | 72.3 | 89.0
w32 640     | 68.6 | 87.1 | 74.7 | 73.3 | 89.8
w48 512     | 68.6 | 87.3 | 74.1 | 73.1 | 89.2
w32 512 MS  | 70.6 | 88.1 | 77.1 | 74.7 | 90.1
w32 640 MS  | 70.6 | 88.0 | 77.0 | 74.9 | 90.2
w48 512 MS  | 71.6 | 88.4 | 77.5 | 75.5 | 90.1
udp w32 512 | 67.8 | 86.2 | 73.6 | 72.4 | 89.0
udp w48 512 | 69.0 | 87.2 | 75.0 | 73.4 | 89.1
"""
ZOO_AIC = """
AP | AP@0.5 | AP@0.75 | AR | AR@0.5
w32 512    | 31.5 | 71.0 | 24.3 | 37.9 | 75.7
w32 512 MS | 32.3 | 71.8 | 25.4 | 37.9 | 75.8
"""
ZOO_CROWDPOSE = """
AP | AP@0.5 | AP@0.75 | AP (E) | AP (M) | AP (H)
w32 512    | 65.5 | 85.9 | 70.5 | 72.8 | 66.0 | 57.7
w32 512 MS | 66.1 | 86.4 | 71.0 | 74.2 | 67.0 | 56.6
"""
ZOO_WHOLEBODY = """
Body AP | Body AR | Foot AP | Foot AR | Face AP | Face AR | Hand AP | Hand AR \
| Whole AP | Whole AR
w32 512 | 59.0 | 67.2 | 18.5 | 33.5 | 67.6 | 72.1 | 21.2 | 29.8 | 40.1 | 49.3
w48 512 | 63.0 | 70.6 | 44.0 | 57.3 | 73.0 | 77.7 | 38.9 | 47.7 | 48.7 | 57.4
"""
SWAHR_COCO = """
AP | AP@0.5 | AP@0.75 | AP (M) | AP (L)
swahr w32 512             | 68.9 | 87.8 | 74.9 | 63.0 | 77.4
swahr w48 640             | 70.8 | 88.5 | 76.8 | 66.3 | 77.4
swahr w32 512 MS          | 71.4 | 88.9 | 77.8 | 66.3 | 78.9
swahr w48 640 MS          | 73.2 | 89.8 | 79.1 | 69.1 | 79.3
test-dev swahr w32 512    | 67.9 | 88.9 | 74.5 | 62.4 | 75.5
test-dev swahr w48 640    | 70.2 | 89.9 | 76.9 | 65.2 | 77.0
test-dev swahr w48 640 MS | 72.0 | 90.7 | 78.8 | 67.8 | 77.7
"""
SWAHR_CROWDPOSE = """
AP | AP@0.5 | AP@0.75 | AP (E) | AP (M) | AP (H)
swahr w48 640    | 71.6 | 88.5 | 77.6 | 78.9 | 72.4 | 63.0
swahr w48 640 MS | 73.8 | 90.5 | 79.9 | 81.2 | 74.7 | 64.7
"""
COUPLED_COCO = """
AP | AP@0.5 | AP@0.75 | AP (M) | AP (L)
test-dev coupled w32 512    | 68.8 | 90.3 | 75.2 | 62.9 | 77.1
test-dev coupled w48 640    | 71.1 | 90.8 | 77.8 | 66.4 | 78.0
test-dev coupled w48 640 MS | 72.8 | 91.2 | 79.9 | 68.3 | 79.3
"""
COUPLED_CROWDPOSE = """
AP | AP@0.5 | AP@0.75 | AP (E) | AP (M) | AP (H)
coupled w32 512    | 69.6 | 89.7 | 74.9 | 76.9 | 70.3 | 61.6
coupled w48 640    | 70.5 | 89.9 | 76.0 | 77.7 | 71.1 | 62.4
coupled w48 640 MS | 71.6 | 90.1 | 77.3 | 79.0 | 72.2 | 63.3
coupled coco w48 640 | 72.9 | 89.5 | 78.8 | 79.6 | 73.7 | 64.5
"""
AID_COCO = """
AP | AP@0.5 | AP@0.75 | AP (M) | AP (L)
udp aid w32 512 | 69.0 | 88.0 | 74.9 | 64.0 | 76.9
"""
TABLES = {
    ('SWAHR', 'COCO'): SWAHR_COCO,
    ('SWAHR', 'CrowdPose'): SWAHR_CROWDPOSE,
    ('CoupledEmbedding', 'COCO'): COUPLED_COCO,
    ('CoupledEmbedding', 'CrowdPose'): COUPLED_CROWDPOSE,
    ('UDP-Pose', 'COCO'): AID_COCO,
    ('official code', 'COCO'): OFFICIAL_COCO,
    ('official code', 'CrowdPose'): OFFICIAL_CROWDPOSE,
    ('MMPose 0.x', 'COCO'): ZOO_COCO,
    ('MMPose 0.x', 'AI Challenger'): ZOO_AIC,
    ('MMPose 0.x', 'CrowdPose'): ZOO_CROWDPOSE,
    ('MMPose 0.x', 'COCO-WholeBody'): ZOO_WHOLEBODY,
}
# weight files of MMPose 0.x, by data set and model
WEIGHTS = {
    'COCO w32 512': 'higher_hrnet32_coco_512x512-8ae85183_20200713.pth',
    'COCO w32 640': 'higher_hrnet32_coco_640x640-a22fe938_20200712.pth',
    'COCO w48 512': 'higher_hrnet48_coco_512x512-60fedcbc_20200712.pth',
    'COCO udp w32 512': (
        'higher_hrnet32_coco_512x512_udp-8cc64794_20210222.pth'
    ),
    'COCO udp w48 512': (
        'higher_hrnet48_coco_512x512_udp-7cad61ef_20210222.pth'
    ),
    'AI Challenger w32 512': (
        'higher_hrnet32_aic_512x512-9a674c33_20210130.pth'
    ),
    'CrowdPose w32 512': (
        'higher_hrnet32_crowdpose_512x512-1aa4a132_20201017.pth'
    ),
    'COCO-WholeBody w32 512': (
        'higher_hrnet32_coco_wholebody_512x512_plus-2fa137ab_20210517.pth'
    ),
    'COCO-WholeBody w48 512': (
        'higher_hrnet48_coco_wholebody_512x512_plus-934f08aa_20210517.pth'
    ),
}


def read_tables():
    """Return (source, data, model, MS or not) -> figures by their name."""
    rows = {}
    for (source, data), table in TABLES.items():
        head, *lines = table.strip().splitlines()
        keys = [key.strip() for key in head.split('|')]
        for line in lines:
            name, *figures = (part.strip() for part in line.split('|'))
            model = name.replace(' MS', '')
            key = (source, data, model, name.endswith(' MS'))
            rows[key] = dict(zip(keys, map(float, figures)))
            assert len(figures) == len(keys)
    return rows


def read_models():
    """Return the models of all metafiles."""
    files = yaml.safe_load(INDEX.read_text())['Import']
    return [
        model
        for name in files
        for model in yaml.safe_load((ROOT / name).read_text())['Models']
    ]


def read_model_of(name):
    """Tell the model, as the tables name it, from the name of a config."""
    width = re.search(r'-(w\d+)_', name).group(1)
    size = re.search(r'-(\d+)x\d+$', name).group(1)
    words = [
        word
        for word in ('udp', 'aid', 'swahr', 'coupled', 'coco', 'test-dev')
        # the data set is named behind the batches
        if re.search(f'[_-]{word}-' + '.*xb' * (word == 'coco'), name)
    ]
    return ' '.join((*words, width, size))


MODELS = read_models()
each_model = pytest.mark.parametrize(
    'model', MODELS, ids=[model['Name'] for model in MODELS]
)


def test_every_metafile_is_imported():
    files = yaml.safe_load(INDEX.read_text())['Import']
    found = (ROOT / 'configs').rglob('*.yml')
    assert sorted(files) == sorted(
        path.relative_to(ROOT).as_posix() for path in found
    )


def test_every_published_result_is_told_once():
    told = {}
    for model in MODELS:
        for result in model['Results']:
            data = model['Metadata']['Training Data']
            ms = result['Dataset'].endswith(' (multi-scale)')
            dev = 'test-dev' in result['Dataset']
            name = read_model_of(model['Name'])
            if dev and 'test-dev' not in name:
                name = f'test-dev {name}'
            key = (model['Metadata']['Published By'], data, name, ms)
            assert key not in told
            told[key] = {
                name: round(100 * value, 1)
                for name, value in result['Metrics'].items()
            }
            assert dev or 'test-dev' not in model['Name']
            label = data + ' test-dev' * dev
            assert result['Dataset'] == label + ' (multi-scale)' * ms
    assert told == read_tables()


def test_every_weight_file_is_offered_once():
    offered = {}
    for model in MODELS:
        if 'Weights' in model:
            data = model['Metadata']['Training Data']
            offered[f'{data} {read_model_of(model["Name"])}'] = model[
                'Weights'
            ]
    assert offered == {key: HOST + file for key, file in WEIGHTS.items()}


@each_model
def test_where_figures_and_weights_come_from_is_told(model):
    metadata = model['Metadata']
    assert metadata['Measured'] == (
        'AP as published by their authors, not re-measured by us'
    )
    # which figures somebody else could not repeat
    assert ('Disputed' in metadata) is (
        'w48_swahr' in model['Name'] and 'crowdpose' in model['Name']
    )
    if metadata['Published By'] == 'MMPose 0.x':
        assert 'converted at load time' in metadata['Weights Format']
        assert 'Official Weights' not in metadata
        return
    assert 'Weights' not in model
    if metadata['Published By'] == 'official code':
        width, size = read_model_of(model['Name']).split()[-2:]
        assert metadata['Official Weights'] == (
            f'pose_higher_hrnet_{width}_{size}.pth'
        )


@each_model
def test_the_config_exists_and_tells_the_same_figures(model):
    path = ROOT / model['Config']
    assert path in CONFIGS
    assert path.stem == model['Name'] == model['Name'].lower()
    text = path.read_text()
    head = re.sub(r'\n#\s+', ' ', text[: text.index('_base_')])
    for result in model['Results']:
        metrics = result['Metrics']
        figure = metrics.get('AP', metrics.get('Whole AP'))
        assert f'{100 * figure:.1f}' in head
    publisher = model['Metadata']['Published By']
    assert publisher in head
    # the recipe is that of whom the figures are from
    if 'test-dev' not in path.stem:
        gpus = {'official code': 4}.get(publisher, 8)
        assert f'{gpus}xb' in path.stem


def test_the_readmes_list_every_config_and_figure():
    readmes = sorted((ROOT / 'configs').rglob('README.md'))
    listed, rows = set(), []
    for readme in readmes:
        text = readme.read_text()
        rows += [line for line in text.splitlines() if line.startswith('| ')]
        for stem, link in re.findall(r'\[([^]]+)\]\(([^)]+\.py)\)', text):
            path = (readme.parent / link).resolve()
            assert path.stem == stem
            listed.add(path)
    assert listed == set(CONFIGS)
    for (source, *_), figures in read_tables().items():
        cells = ' | '.join(f'{figure:.1f}' for figure in figures.values())
        assert any(f'| {cells} | {source} |' in row for row in rows), cells
