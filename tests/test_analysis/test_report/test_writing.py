"""Reports of analyses that no config has made."""

import pytest
from data_sets import write_data_set
from own_data import clean_file, metainfo, read
from report_data import Page, predictions_of

from higherhrnet_plugin.analysis import analyse
from higherhrnet_plugin.analysis.report import make_report
from higherhrnet_plugin.structures.coco import WHOLE_BODY


def test_many_keypoints(tmp_path):
    content = read(
        write_data_set(tmp_path, num_keypoints=133, fields=dict(WHOLE_BODY))
    )
    analysis = analyse(
        content,
        predictions_of(content, 0, fields=WHOLE_BODY),
        dict(from_file='configs/_base_/datasets/coco_wholebody.py'),
        keypoint_fields=WHOLE_BODY,
    )
    text = make_report(analysis, 'whole', pictures=0)
    page = Page(text)
    # two tables that scroll, two plots that show a part
    assert text.count('class="scroll tall"') == 2
    number = sum(row['labelled'] > 0 for row in analysis.keypoints)
    assert number > 100
    assert text.count(f'Shown are the 34 weakest of {number}.') == 2
    assert page.words.count('face-67') >= 2
    assert 'images' not in page.ids


def test_crowds(tmp_path):
    content = read(clean_file(tmp_path, k=5))
    for image in content['images']:
        image['crowdIndex'] = 0.9
    analysis = analyse(
        *(content, predictions_of(content, 0), metainfo(5)),
        iou_type='keypoints_crowd',
        use_area=False,
    )
    page = Page(make_report(analysis, 'crowd', pictures=0))
    assert page.words.count('AP(H)') == 2
    assert 'M and L are people' not in ' '.join(page.words)
    assert '0.2; hard: from 0.8. From the file.' in ' '.join(page.words)


@pytest.mark.parametrize('is_known', [True, False])
def test_folder_of_the_images(tmp_path, is_known):
    file = clean_file(tmp_path, k=5)
    content = read(file)
    analysis = analyse(
        *(content, predictions_of(content), metainfo(5)),
        image_dir=file.parent / 'images' if is_known else None,
    )
    page = Page(make_report(analysis, 'x', pictures=1))
    words = ' '.join(page.words)
    assert len([tag for tag, _ in page.tags if tag == 'img']) == 4
    assert ('folder of the images is not known' in words) != is_known
    assert 'drawn in grey' not in words
