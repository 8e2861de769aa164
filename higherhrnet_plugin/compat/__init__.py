"""What the plugin does so that its hosts run as they are installed today.

Nothing here needs mmpose, so the package can be imported before it.
"""

from higherhrnet_plugin.compat.checkpoint_files import allow_checkpoint_globals
from higherhrnet_plugin.compat.distributed import (
    end_process_group,
    init_cpu_process_group,
    require_syncable_norms,
    use_cpu_model_wrapper,
)
from higherhrnet_plugin.compat.host import (
    hide_broken_torchvision,
    import_host,
)
from higherhrnet_plugin.compat.optimizers import drop_unsupported_fused
from higherhrnet_plugin.compat.visualizers import accept_radius_in_array

__all__ = [
    'accept_radius_in_array',
    'allow_checkpoint_globals',
    'drop_unsupported_fused',
    'end_process_group',
    'hide_broken_torchvision',
    'import_host',
    'init_cpu_process_group',
    'require_syncable_norms',
    'use_cpu_model_wrapper',
]
