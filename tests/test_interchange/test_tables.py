"""Tables that sleap-io writes come back as the same labels."""

import numpy as np
import pytest
from labelled_images import KEYPOINTS, LINKS, make_content, read_result

from higherhrnet_plugin.interchange import ImportOptions, import_labels

sio = pytest.importorskip(
    'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
)
foreign = pytest.importorskip('foreign_labels')
video_files = pytest.importorskip('video_files')


@pytest.mark.parametrize('form', ['sleap', 'points', 'instances', 'frames'])
@pytest.mark.parametrize('beside', [False, True])
def test_tables(tmp_path, form, beside):
    content = make_content(tmp_path / 'images')
    labels = foreign.to_sleap(content, tmp_path / 'images', tracks=True)
    frames = np.random.default_rng(0).integers(0, 255, (4, 64, 96, 3))
    clip = video_files.encode_video(
        tmp_path / 'clip.mp4',
        frames.astype(np.uint8),
        np.arange(4) / 25,
    )
    # a table names one file, not a sequence of images
    labels.videos[0].replace_filename(str(clip))
    table = tmp_path / 'table.csv'
    sio.save_csv(labels, str(table), format=form, save_metadata=beside)
    if not beside:
        with pytest.raises(ValueError, match='of which video'):
            import_labels(table, tmp_path / 'out')
    options = ImportOptions(places=() if beside else (clip,))
    import_labels(table, tmp_path / 'out', options)
    read = read_result(tmp_path / 'out')
    found = {
        (image['frame'], image['file_name']): sorted(
            a['keypoints']
            for a in read['annotations']
            if a['image_id'] == image['id']
        )
        for image in read['images']
    }
    wanted = {
        (i, f'clip.mp4/{i:06d}.png'): sorted(
            a['keypoints']
            for a in content['annotations']
            if a['image_id'] == i + 1
        )
        for i in (0, 2, 3)
    }
    (category,) = read['categories']
    # tables of SLEAP are sorted by name
    order = [category['keypoints'].index(name) for name in KEYPOINTS]
    if form != 'sleap' or beside:
        assert order == [0, 1, 2, 3]
    assert category['skeleton'] == (LINKS if beside else [])
    assert found.keys() == wanted.keys()
    for key, people in wanted.items():
        rows = np.reshape(found[key], (-1, 4, 3))[:, order]
        same = sorted(rows.reshape(len(people), -1).tolist())
        np.testing.assert_allclose(same, people, atol=1e-9)
    assert {t['name'] for t in read['tracks']} == {'animal 0', 'animal 1'}


def test_tables_with_addresses_are_refused(tmp_path):
    file = tmp_path / 'a.csv'
    file.write_text(
        'video_path,frame_idx,nose.x,nose.y\nhttp://127.0.0.1:9/x.mp4,0,1,2\n'
    )
    with pytest.raises(ValueError, match='names an address'):
        import_labels(file, tmp_path / 'out')
