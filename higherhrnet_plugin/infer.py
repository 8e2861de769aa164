"""The command ``python -m higherhrnet_plugin.infer``."""

import importlib
import sys

from higherhrnet_plugin.inference.options import parse_args

if __name__ == '__main__':
    # bad arguments are answered before the imports that take seconds
    parse_args()
    # that of the package was put off while the command was looked for
    importlib.reload(sys.modules['higherhrnet_plugin'])
    from higherhrnet_plugin.inference.cli import main

    sys.exit(main())
