"""``--cfg-options`` of all tools: reading, applying, doubting."""

from .applying import apply_cfg_options
from .arguments import CfgOptionsAction

__all__ = ['CfgOptionsAction', 'apply_cfg_options']
