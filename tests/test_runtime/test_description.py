"""What an exported file says of itself."""

import json

import pytest

from higherhrnet_plugin.runtime import Description

ABOUT = Description(
    outputs=('heatmaps_0', 'tags_0', 'heatmaps_1'),
    keypoint_names=('left', 'right'),
    flip_indices=(1, 0),
    skeleton=((0, 1),),
    sigmas=(0.05, 0.05),
    mean=(1.0, 2.0, 3.0),
    std=(4.0, 5.0, 6.0),
    rgb=True,
    input_size=(64, 48),
    decoder={'score_thr': 0.2},
)


def test_text_holds_all():
    assert Description.from_text(ABOUT.to_text(), 'file') == ABOUT


def test_a_file_without_it_is_refused():
    with pytest.raises(ValueError, match=r'file\.onnx: holds no description'):
        Description.from_text(None, 'file.onnx')


def test_a_later_form_is_refused_and_later_keys_are_not():
    text = json.loads(ABOUT.to_text())
    later = json.dumps({**text, 'format': 2, 'version': '9.0'})
    with pytest.raises(ValueError, match=r'written by version 9\.0'):
        Description.from_text(later, 'file')
    more = json.dumps({**text, 'colour of the sky': 'blue'})
    assert Description.from_text(more, 'file') == ABOUT


def test_settings_are_changed_in_a_copy():
    changed = ABOUT.changed(scales=[1, 2], flip=True, nms_thr=0.9)
    assert changed.scales == (1, 2)
    assert changed.flip
    assert changed.decoder == {'score_thr': 0.2, 'nms_thr': 0.9}
    assert ABOUT.decoder == {'score_thr': 0.2}


def test_what_is_inside_of_the_file_stays():
    inside = Description(
        **{**vars(ABOUT), 'outputs': ('heatmaps', 'tags'), 'flip': True}
    )
    assert inside.flips_inside
    assert inside.changed(flip=True, nms_thr=0.9).decoder['nms_thr'] == 0.9
    with pytest.raises(ValueError, match='holds the aggregation'):
        inside.changed(flip=False)
    with pytest.raises(ValueError, match='holds the aggregation'):
        inside.changed(scales=(1, 2))


def test_the_data_set_is_described_as_mmpose_does():
    meta = ABOUT.dataset_meta
    assert meta['keypoint_id2name'] == {0: 'left', 1: 'right'}
    assert meta['skeleton_links'] == [(0, 1)]
    assert meta['num_keypoints'] == 2
