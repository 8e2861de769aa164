"""People drawn as single pixels, and a network that reads them exactly."""

import numpy as np

from higherhrnet_plugin.runtime import Description

# as in a small skeleton
K = 5
POSE = np.array([[2, 0], [0, 4], [4, 4], [0, 10], [4, 10]])
STRIDES = (4, 2)


def draw(size: tuple, people: np.ndarray) -> np.ndarray:
    """Draw people as one pixel a keypoint.

    Args:
        size: (w, h) of the image.
        people: int (N, K, 2), (x, y); what lies outside is not drawn.

    Returns:
        uint8 (h, w, 3): keypoint + 1, number of the person + 1, 0.
    """
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for n, person in enumerate(people):
        for k, (x, y) in enumerate(person):
            if 0 <= x < size[0] and 0 <= y < size[1]:
                image[y, x] = k + 1, n % 250 + 1, 0
    return image


class SeeingSession:
    """A network without error: its maps are drawn from what it sees.

    Args:
        options: Fields of the description.

    Attributes:
        batches: Numbers of images that ran together.
    """

    def __init__(self, **options) -> None:
        self.batches = []
        self.description = Description(
            **{
                'outputs': ('heatmaps_0', 'tags_0', 'heatmaps_1'),
                'keypoint_names': tuple('abcde'),
                'flip_indices': (0, 2, 1, 4, 3),
                'skeleton': ((0, 1),),
                'sigmas': (0.07,) * K,
                'mean': (0, 0, 0),
                'std': (1, 1, 1),
                'rgb': False,
                'input_size': (64, 64),
                'decoder': {'num_keypoints': K},
                **options,
            }
        )

    def run(self, images: np.ndarray) -> list:
        """Draw Gaussians where an image (B, 3, h, w) shows keypoints."""
        self.batches.append(len(images))
        maps = [self._draw(image) for image in images]
        return [np.stack(level) for level in zip(*maps)]

    def _draw(self, image: np.ndarray) -> list:
        """Draw heatmaps of both levels, and the tags between them."""
        marked = np.argwhere(image[0] > 0)
        levels = []
        for stride in STRIDES:
            shape = K, *(side // stride for side in image.shape[1:])
            heatmaps = np.zeros(shape, np.float32)
            ys, xs = np.mgrid[: shape[1], : shape[2]]
            for y, x in marked:
                k = int(image[0, y, x]) - 1
                squares = (ys - y // stride) ** 2 + (xs - x // stride) ** 2
                spot = np.exp(-squares / 2).astype(np.float32)
                np.maximum(heatmaps[k], spot, out=heatmaps[k])
            levels.append(heatmaps)
        tags = np.zeros_like(levels[0])
        best = np.full(tags.shape, np.inf)
        ys, xs = np.mgrid[: tags.shape[1], : tags.shape[2]]
        for y, x in marked:
            k = int(image[0, y, x]) - 1
            # of the nearest person, wherever the decoder reads
            squares = (ys + 0.5 - y / 4) ** 2 + (xs + 0.5 - x / 4) ** 2
            nearer = squares < best[k]
            best[k][nearer] = squares[nearer]
            tags[k][nearer] = 10 * image[1, y, x]
        return [levels[0], tags, levels[1]]
