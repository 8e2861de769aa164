"""What data sets of one run tell each other and the metric."""

import json
import logging

import pytest
from own_data import clean_file, metainfo, read

from higherhrnet_plugin import BottomupCocoDataset

K = 5


@pytest.mark.parametrize('shared', [0, 2])
def test_images_that_are_trained_and_tested_are_counted(
    tmp_path, shared, monkeypatch
):
    logged = []
    monkeypatch.setattr(
        'higherhrnet_plugin.datasets.datasets.bottomup_dataset.print_log',
        lambda text, logger, level: logged.append((text, level)),
    )
    file = clean_file(tmp_path, K, people=(1, 1, 1, 1, 1))
    content = read(file)

    def load(name, images, **options):
        part = tmp_path / name
        ids = {image['id'] for image in images}
        people = [a for a in content['annotations'] if a['image_id'] in ids]
        part.write_text(
            json.dumps(dict(content, images=images, annotations=people))
        )
        return BottomupCocoDataset(
            ann_file=str(part),
            data_prefix=dict(img=str(tmp_path / 'images')),
            metainfo=metainfo(K),
            **options,
        )

    load('train.json', content['images'][: 2 + shared])
    load('val.json', content['images'][2:], test_mode=True)
    lines = [text for text, level in logged if level == logging.WARNING]
    if not shared:
        assert not lines
        return
    (line,) = lines
    assert line.startswith('2 of 3 images of the test set')
    assert 'val.json' in line
