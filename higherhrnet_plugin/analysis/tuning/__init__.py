"""The search for options of a test that suit a trained network."""

from .outputs import StoredOutputs, find_records, store_outputs
from .search import Choice, Search, Tuned, take_spread, tune
from .settings import Settings, candidates, cfg_options, read_settings

__all__ = [
    'Choice',
    'Search',
    'Settings',
    'StoredOutputs',
    'Tuned',
    'candidates',
    'cfg_options',
    'find_records',
    'read_settings',
    'store_outputs',
    'take_spread',
    'tune',
]
