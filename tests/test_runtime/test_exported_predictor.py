"""An exported file with other settings than it was written with."""

from types import SimpleNamespace

import pytest
from scorers import scorer_content

from higherhrnet_plugin.runtime import Description, ExportedPredictor

ABOUT = Description(
    outputs=('heatmaps_0', 'tags_0'),
    keypoint_names=('point 0', 'point 1'),
    flip_indices=(1, 0),
    skeleton=((0, 1),),
    sigmas=(0.05, 0.05),
    mean=(0.0,) * 3,
    std=(1.0,) * 3,
    rgb=True,
    input_size=(64, 64),
)


def test_a_scorer_is_for_the_keypoints_of_the_file():
    session = SimpleNamespace(description=ABOUT)
    content = scorer_content(2, [(0, 1)])
    fits = ABOUT.changed(scorer=content)
    assert ExportedPredictor(session, fits).decoder.scorer is not None
    again = Description.from_text(fits.to_text(), 'file')
    scorer = ExportedPredictor(session, again).decoder.scorer
    assert scorer.to_dict() == content
    turned = ABOUT.changed(
        scorer=dict(content, keypoint_names=['point 1', 'point 0'])
    )
    with pytest.raises(ValueError, match='trained for the keypoints'):
        ExportedPredictor(session, turned)
