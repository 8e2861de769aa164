"""A small COCO file, and what labelling tools make of such files.

Three people of five keypoints on two images of 160 x 120 pixels.
"""

import codecs
import copy
import gzip
import json
from dataclasses import dataclass
from typing import Any, Callable

import cv2
import numpy as np

K = 5
SIZE = (160, 120)
NAMES = [f'point {i}' for i in range(K)]
# (x, y) of keypoint 0, and the index of the image
PEOPLE = (((10, 10), 0), ((80, 20), 0), ((40, 30), 1))
OFFSETS = ((0, 0), (40, 0), (0, 50), (40, 50), (20, 25))
PIXELS = SIZE[0] * SIZE[1]


def points_of(corner):
    """List (x, y, 2) of a person, flat."""
    return [v for x, y in OFFSETS for v in (corner[0] + x, corner[1] + y, 2)]


def good_content():
    """Return a file that needs no repair, with the annotations 11 to 13."""
    annotations = [
        dict(
            id=11 + i,
            image_id=1 + image,
            category_id=1,
            iscrowd=0,
            bbox=[corner[0] - 4, corner[1] - 4, 48, 58],
            area=1500,
            num_keypoints=K,
            keypoints=points_of(corner),
            segmentation=[],
        )
        for i, (corner, image) in enumerate(PEOPLE)
    ]
    images = [
        dict(id=1 + i, file_name=f'{i}.png', width=SIZE[0], height=SIZE[1])
        for i in range(2)
    ]
    category = dict(id=1, name='mouse', keypoints=NAMES, skeleton=[])
    return dict(images=images, annotations=annotations, categories=[category])


def write_pictures(folder):
    """Write the two images."""
    folder.mkdir(parents=True)
    for i in range(2):
        picture = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
        cv2.imwrite(str(folder / f'{i}.png'), picture)


@dataclass(frozen=True)
class Case:
    """A malformation, and what every tool makes of it.

    Attributes:
        change: Changes the content in place, or returns the bytes to write.
        words: Regular expression of a line or an error; '' if the file is
            read without a word.
        refused: Tools that refuse it.
        silent: Tools that read it without a word, as it is none of theirs.
        image_ids: Ids of both images.
        category: Id of the category.
        ap: What predictions at the true places get.
    """

    change: Callable[[dict[str, Any]], Any]
    words: str = ''
    refused: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    image_ids: tuple[int, int] = (1, 2)
    category: int = 1
    ap: float = 1.0


def encoded(encode):
    """Write the text in another way."""
    return lambda content: encode(json.dumps(content))


def each(name, values):
    """Set a field of all annotations; ``values`` maps the old value."""

    def change(content):
        for annotation in content['annotations']:
            annotation[name] = values(annotation[name])

    return change


def first(**fields):
    """Set fields of the first annotation, 11."""
    return lambda content: content['annotations'][0].update(fields)


def renumbered(image_ids, annotation_ids=(11, 12, 13), references=None):
    """Give images and annotations other ids."""
    references = references or image_ids

    def change(content):
        for image, number in zip(content['images'], image_ids):
            image['id'] = number
        for i, annotation in enumerate(content['annotations']):
            annotation['id'] = annotation_ids[i]
            annotation['image_id'] = references[PEOPLE[i][1]]

    return change


def categories(others, number):
    """Put other categories, without keypoints, before that of the people."""

    def change(content):
        content['categories'][0]['id'] = number
        content['categories'] = others + content['categories']
        each('category_id', lambda _: number)(content)

    return change


def named(pattern):
    """Spell file names in another way."""

    def change(content):
        for image in content['images']:
            image['file_name'] = pattern.format(image['file_name'])

    return change


def runs(*counts, crowd=0):
    """Give annotation 11 a run-length encoding."""
    size = [SIZE[1], SIZE[0]]
    return first(
        segmentation=dict(size=size, counts=list(counts)), iscrowd=crowd
    )


def reverse_keypoints(content):
    """List the keypoints from the last to the first."""
    category = content['categories'][0]
    category['keypoints'] = NAMES[::-1]
    for annotation in content['annotations']:
        rows = np.reshape(annotation['keypoints'], (-1, 3))
        annotation['keypoints'] = rows[::-1].reshape(-1).tolist()


def other_names(content):
    """Call the keypoints something else."""
    content['categories'][-1]['keypoints'] = ['a', 'b', 'c', 'd', 'e']


def changed(case):
    """Return the bytes of a case."""
    content = copy.deepcopy(good_content())
    data = case.change(content)
    return data if data is not None else json.dumps(content).encode()


TOOLS = ('training', 'metric', 'check', 'subset', 'ann-file', 'report')
# only these look at the pictures
_WITHOUT_PICTURES = ('metric', 'subset', 'ann-file', 'report')
_MASK = r'1 run-length encodings that do not fit .*annotation 11'
_IDS = r'3 annotation ids below 0 or above 2\^53'
_HUGE = 2**120

CASES = {
    'as it should be': Case(lambda content: None),
    'byte order mark': Case(
        encoded(lambda text: codecs.BOM_UTF8 + text.encode())
    ),
    'utf-16': Case(encoded(lambda text: text.encode('utf-16'))),
    'gzip': Case(encoded(lambda text: gzip.compress(text.encode()))),
    'boxes in text': Case(
        each('bbox', lambda box: [str(v) for v in box]),
        r'3 `bbox` in text, read as numbers .*annotation 11',
    ),
    'keypoints in text': Case(
        each('keypoints', lambda values: [str(v) for v in values]),
        r'3 `keypoints` in text, read as numbers',
    ),
    'areas in text': Case(
        each('area', str), r'3 `area` in text, read as numbers'
    ),
    'text for an area': Case(
        first(area='12,5'), r'annotation 11 .*12,5', TOOLS
    ),
    'text for a keypoint': Case(
        first(keypoints=['left', *points_of((10, 10))[1:]]),
        r'annotation 11',
        TOOLS,
    ),
    'another order of keypoints': Case(
        reverse_keypoints,
        r'1 categories whose keypoints have another order',
        silent=('subset',),
    ),
    'other names of keypoints': Case(
        other_names,
        r'category 1 .*names the keypoints .*rename_keypoints',
        tuple(t for t in TOOLS if t != 'subset'),
        silent=('subset',),
    ),
    'ids below 0': Case(
        renumbered((-1, -2), (-11, -12, -13)), _IDS, image_ids=(-1, -2)
    ),
    'ids of 128 bits': Case(
        renumbered((_HUGE, _HUGE + 1), tuple(_HUGE + i for i in range(3))),
        _IDS,
    ),
    'ids of text': Case(
        renumbered(('a', 'b')), r"2 image ids made integers \('a', 'b'\)"
    ),
    'padded ids': Case(
        renumbered(('007', '012'), references=(7, 12)),
        r'3 `image_id` found by its number',
        image_ids=(7, 12),
    ),
    'categories of Roboflow': Case(
        categories([dict(id=0, name='mice', supercategory='none')], 1)
    ),
    'person and mouse': Case(
        categories([dict(id=1, name='person')], 2), category=2
    ),
    'backslashes': Case(
        named('images\\{}'),
        r'2 file names ',
        silent=_WITHOUT_PICTURES,
    ),
    'from here': Case(named('./{}')),
    'escapes': Case(
        named('%30%2e/../{}'),
        r'2 file names ',
        silent=_WITHOUT_PICTURES,
    ),
    'absolute': Case(
        named('/far/away/{}'),
        r'2 file names whose folder does not exist',
        silent=_WITHOUT_PICTURES,
    ),
    'runs, too many': Case(runs(PIXELS + 1), _MASK),
    'runs, too few': Case(runs(PIXELS - 1), _MASK),
    'runs below 0': Case(runs(-5, PIXELS + 5), _MASK),
    'runs of a crowd': Case(
        runs(PIXELS + 1, crowd=1), r'annotation 11 .*run-length', TOOLS
    ),
    'keypoints without visibility': Case(
        each('keypoints', lambda v: [n for i, n in enumerate(v) if i % 3 < 2]),
        r'annotation 11 .*visibility',
        TOOLS,
    ),
    'nobody labelled': Case(
        each(
            'keypoints',
            lambda v: [n if i % 3 < 2 else 0 for i, n in enumerate(v)],
        ),
        r'(?i)every visibility is 0',
        ('training', 'check'),
        ap=-1.0,
    ),
}
