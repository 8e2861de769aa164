"""What predictions got right and wrong, and whether a data set is sound."""

from .checking import check_dataset
from .results import Analysis, analyse, analyse_config

__all__ = ['Analysis', 'analyse', 'analyse_config', 'check_dataset']
