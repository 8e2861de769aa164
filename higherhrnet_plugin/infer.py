"""The command ``python -m higherhrnet_plugin.infer``."""

import sys

from higherhrnet_plugin.inference.options import parse_args

if __name__ == '__main__':
    # bad arguments are answered before the imports that take seconds
    parse_args()
    from higherhrnet_plugin.inference.cli import main

    sys.exit(main())
