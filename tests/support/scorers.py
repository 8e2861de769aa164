"""Small networks that score people."""

import numpy as np
from mmpose.datasets.datasets import CocoDataset

from higherhrnet_plugin.codecs.decoding.person_scorer import FORMAT
from higherhrnet_plugin.structures.metainfo import (
    ordered_names,
    parse_metainfo,
)


def scorer_content(k, links=(), hidden=4, seed=0, **decoder):
    """Make up a network; ``decoder`` are options that it was trained with."""
    rng = np.random.default_rng(seed)
    sizes = [3 * k + len(links) + 1, hidden, 1]
    return dict(
        format=FORMAT,
        keypoint_names=[f'point {i}' for i in range(k)],
        sigmas=[0.05] * k,
        skeleton=[list(link) for link in links],
        decoder=decoder,
        center=rng.normal(0, 0.1, sizes[0]).tolist(),
        spread=rng.uniform(0.5, 1, sizes[0]).tolist(),
        layers=[
            dict(
                weight=rng.normal(0, 1, (a, b)).tolist(),
                bias=rng.normal(0, 1, b).tolist(),
            )
            for a, b in zip(sizes, sizes[1:])
        ],
    )


def coco_scorer(**changes):
    """Make up one for the keypoints of COCO."""
    meta = parse_metainfo(CocoDataset.METAINFO)
    content = scorer_content(17, meta['skeleton_links'], seed=3)
    content['keypoint_names'] = list(ordered_names(meta))
    content['sigmas'] = meta['sigmas'].tolist()
    return {**content, **changes}
