"""No run whose parts were told different things of input and targets."""

from __future__ import annotations

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from ..cfg_options.shared_codec import check_codecs
from ..registry import HOOKS


@HOOKS.register_module()
class CodecCheckHook(Hook):
    """Stop a run at its start if head and data sets differ in ``codec``.

    With mmpose's own tools it also tells that an option such as
    ``codec.use_udp=True`` has changed a variable that nothing reads any more;
    the tools of this package hand it on. Training, validation and test stop at
    their start if the scorer of the decoder was trained for other keypoints.

    Examples:
        >>> from higherhrnet_plugin.registry import HOOKS
        >>> HOOKS.build(dict(type='CodecCheckHook')).priority
        'NORMAL'
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

    def before_train(self, runner: Runner) -> None:
        """Check the scorer of the validation, before hours of training.

        Args:
            runner (Runner): Has model and data sets.

        Raises:
            ValueError: If their keypoints differ.
        """
        if runner.val_loop is not None:
            _check_scorer(runner, runner.val_loop.dataloader)

    def before_val(self, runner: Runner) -> None:
        """Check the scorer.

        Args:
            runner (Runner): Has model and data set.

        Raises:
            ValueError: If their keypoints differ.
        """
        _check_scorer(runner, runner.val_loop.dataloader)

    def before_test(self, runner: Runner) -> None:
        """Check the scorer.

        Args:
            runner (Runner): Has model and data set.

        Raises:
            ValueError: If their keypoints differ.
        """
        _check_scorer(runner, runner.test_loop.dataloader)


def _check_scorer(runner: Runner, loader: DataLoader) -> None:
    """Refuse keypoints other than those that people are scored by."""
    model = runner.model
    model = model.module if is_model_wrapper(model) else model
    decoder = getattr(getattr(model, 'head', None), 'decoder', None)
    scorer = getattr(decoder, 'scorer', None)
    metainfo = getattr(loader.dataset, 'metainfo', None)
    if scorer is not None and metainfo is not None:
        scorer.check_keypoints(metainfo)
