"""From an annotation file to a config that trains.

Every choice is a pure function that returns what it chose, and why.
"""

from .choice import Choice
from .machine import Machine, find_machine
from .plan import Plan, make_plan
from .writing import Sources, split_files, write_config, write_split

__all__ = [
    'Choice',
    'Machine',
    'Plan',
    'Sources',
    'find_machine',
    'make_plan',
    'split_files',
    'write_config',
    'write_split',
]
