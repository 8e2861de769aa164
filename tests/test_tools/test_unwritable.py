"""Where nothing can be written, every tool ends in one line."""

import json

import pytest
from inference_data import write_model
from own_data import clean_file, people_of, read
from processes import run_tool

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def model(tmp_path_factory):
    """Write a config, weights, and pictures with annotations."""
    folder = tmp_path_factory.mktemp('model')
    config, weights = write_model(folder)
    (folder / 'none.json').write_text('[]')
    json_file = clean_file(folder / 'clean')
    content = read(json_file)
    content['annotations'] = people_of(content)
    json_file.write_text(json.dumps(content))
    return {
        'config': config,
        'weights': weights,
        'json': json_file,
        'images': folder / 'clean' / 'images',
        'image': folder / 'images' / '0.png',
        'none': folder / 'none.json',
    }


@pytest.mark.parametrize(
    'command',
    [
        'dataset_converters/take_subset.py {json} file/out.json --num 1'
        ' --min-area 100',
        'dataset_converters/check_dataset.py {json} {images} --out file/out',
        'dataset_converters/import_dataset.py {json} --images {images}'
        ' --out file/out',
        'misc/browse_targets.py {config} --num 1 --out file/out',
        'model_converters/convert_checkpoint.py {weights} file/out.pth',
        'analysis_tools/report.py {config} {none} --out file/out.html',
        'analysis_tools/compare_outputs.py run {config} {weights} {image}'
        ' --out file/out.npz',
        'inference.py {config} {weights} {images} --out file/out',
        'test.py {config} {weights} --work-dir work --out file/out.json',
        'train.py {config} --work-dir file/work',
    ],
)
def test_one_line_says_so(model, tmp_path, command):
    # nothing can lie below a file, as little as on a full disk
    (tmp_path / 'file').write_text('here first')
    script, *arguments = command.format(**model).split()
    done = run_tool(script, *arguments, cwd=tmp_path, timeout=250)
    assert done.returncode in (1, 2, 3), done.stderr
    assert 'Traceback' not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert 'Not a directory' in line or 'File exists' in line
    assert line.startswith(('error: ', 'stopped: ')) or ': error: ' in line
    assert (tmp_path / 'file').read_text() == 'here first'
