"""What reports are written from, and how their pages are read."""

import json
import re
from html.parser import HTMLParser

import numpy as np
from own_data import clean_file
from processes import ROOT

FOLDER = ROOT / 'tools' / 'analysis_tools'
VOID = {'br', 'img', 'link', 'meta', 'hr', 'input'}
# what COCO's tool prints, in its order
STATS = [
    *('AP', 'AP .5', 'AP .75', 'AP (M)', 'AP (L)'),
    *('AR', 'AR .5', 'AR .75', 'AR (M)', 'AR (L)'),
]


class Page(HTMLParser):
    """Check tags and gather what a page refers to."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.words = [], [], [], []
        self.tags = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        for name, value in attrs:
            if name == 'id':
                self.ids.append(value)
            elif name.split(':')[-1] in ('src', 'href', 'data', 'srcset'):
                self.links.append(value)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {'style', 'script'} & set(self.open):
            self.words.append(data.strip())


def numbers_of(text):
    """Read the numbers that the page holds for programs."""
    found = re.search(r'id="numbers">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1])


def predictions_of(
    content, noise=2.0, drop=0.0, seed=0, fields=('keypoints',)
):
    """Move the labelled people a little, and leave some out."""
    rng = np.random.default_rng(seed)
    records = []
    for person in content['annotations']:
        if person['iscrowd'] or rng.random() < drop:
            continue
        record = dict(
            image_id=person['image_id'],
            category_id=1,
            score=float(rng.uniform(0.2, 1)),
        )
        for field in fields:
            points = np.reshape(person[field], (-1, 3)).astype(float)
            points[:, :2] += rng.normal(0, noise, points[:, :2].shape)
            points[:, 2] = rng.uniform(0.1, 1, len(points))
            record[field] = points.reshape(-1).tolist()
        records.append(record)
    return records


def write_config(path, annotations, **options):
    """Write what a report needs of a config."""
    data = dict(
        type='BottomupCocoDataset',
        data_root=str(annotations.parent),
        ann_file=annotations.name,
        data_prefix=dict(img='images/'),
        **dict(dict(pipeline=[]), **options.pop('dataset', {})),
    )
    evaluator = dict(type='CocoMetric', **options.pop('evaluator', {}))
    path.write_text(
        f'test_dataloader = dict(dataset={data!r})\n'
        f'test_evaluator = {evaluator!r}\n'
        "default_scope = 'mmpose'\n"
    )
    return path


def exact_content(root, people):
    """Annotate people of one shape, 200 pixels apart, K = 5."""
    content = json.loads(clean_file(root, k=5, people=people).read_text())
    square = [[30, 30], [90, 30], [30, 90], [90, 90], [60, 110]]
    places = {image['id']: 0 for image in content['images']}
    for person in content['annotations']:
        if person['iscrowd']:
            continue
        offset = places[person['image_id']]
        places[person['image_id']] += 200
        rows = np.insert(np.array(square) + [offset, 0], 2, 2, axis=1)
        person.update(keypoints=rows.reshape(-1).tolist(), area=10000)
        person.update(bbox=[20 + offset, 20, 80, 100], num_keypoints=5)
    return content
