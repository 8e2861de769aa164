"""No run whose parts were told different things of input and targets."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.runner import Runner

from ..cfg_options.shared_codec import check_codecs
from ..registry import HOOKS


@HOOKS.register_module()
class CodecCheckHook(Hook):
    """Stop a run at its start if head and data sets differ in ``codec``.

    With mmpose's own tools it also tells that an option such as
    ``codec.use_udp=True`` has changed a variable that nothing reads any more;
    the tools of this package hand it on.
    """

    def before_run(self, runner: Runner) -> None:
        """Check the config.

        Args:
            runner (Runner): Has the config.

        Raises:
            ValueError: If two codecs differ; the message has both values and
                their keys.
        """
        check_codecs(runner.cfg)
