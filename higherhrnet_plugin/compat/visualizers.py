"""mmpose's drawing beside a numpy that is newer than mmpose."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np


def accept_radius_in_array() -> None:
    """Let mmpose 1.3.2 draw keypoints beside numpy 2.4 and later.

    Its visualiser hands the radius of a circle over as an array of one
    element and makes an ``int`` of it, which numpy 2.4 refuses. Such a radius
    is handed on as a number; everything else is left as it is. Calling this
    again changes nothing.
    """
    # Late, so that this module can be imported without mmpose.
    from mmpose.visualization.opencv_backend_visualizer import (
        OpencvBackendVisualizer,
    )

    draw = OpencvBackendVisualizer.draw_circles
    if hasattr(draw, '_accepts_array'):
        return

    @functools.wraps(draw)
    def draw_circles(
        self: Any, center: Any, radius: Any, *args: Any, **kwargs: Any
    ) -> Any:
        if self.backend == 'opencv' and np.size(radius) == 1:
            radius = np.asarray(radius).item()
        return draw(self, center, radius, *args, **kwargs)

    draw_circles._accepts_array = True  # type: ignore[attr-defined]
    OpencvBackendVisualizer.draw_circles = draw_circles
