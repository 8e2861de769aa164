"""The parts of ``tracking.py``: videos, found people, trackers, scores."""

import sys

from _command import ROOT

# the generator of people is no package of its own
sys.path.append(str(ROOT / 'tools' / 'dataset_converters'))
