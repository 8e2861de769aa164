"""What an import that fails leaves behind."""

import json

import pytest
from labelled_images import make_content, read_result

from higherhrnet_plugin.interchange import import_labels, importing


def write_labels(root, **image):
    content = make_content(root, (1, 1))
    content['images'][1].update(image)
    (root / 'labels.json').write_text(json.dumps(content))
    return root / 'labels.json'


@pytest.mark.parametrize('existed', [False, True])
def test_the_same_command_can_be_given_again(tmp_path, existed):
    out = tmp_path / 'out'
    if existed:
        out.mkdir()
    file = write_labels(tmp_path / 'cage', width=32)
    before = sorted(tmp_path.rglob('*'))
    with pytest.raises(ValueError, match='was labelled on 32x64'):
        import_labels(file, out)
    assert sorted(tmp_path.rglob('*')) == before
    write_labels(tmp_path / 'cage')
    import_labels(file, out)
    assert len(read_result(out)['images']) == 2


def test_a_split_that_cannot_be_written_takes_the_others_along(
    tmp_path, monkeypatch
):
    for split in ('train', 'val'):
        make_content(tmp_path / 'images' / split, (1,))
        labels = tmp_path / 'labels' / split / 'cage 001.txt'
        labels.parent.mkdir(parents=True)
        labels.write_text('0 .5 .5 .1 .1 .5 .5 2\n')
    (tmp_path / 'data.yaml').write_text(
        'train: images/train\nval: images/val\nkpt_shape: [1, 3]\n'
    )
    before = sorted(tmp_path.rglob('*'))
    write = importing.write_whole

    def fill_the_disk(file, content):
        write(file, content)
        if file.name == 'val.json':
            raise OSError('disk full')

    monkeypatch.setattr(importing, 'write_whole', fill_the_disk)
    with pytest.raises(OSError, match='disk full'):
        import_labels(tmp_path, tmp_path / 'out')
    assert sorted(tmp_path.rglob('*')) == before
