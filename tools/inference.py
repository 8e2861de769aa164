"""Find people: ``python tools/inference.py CONFIG WEIGHTS INPUT --out DIR``.

The same as ``python -m higherhrnet_plugin.infer``.
"""

import sys

from _arguments import import_alone

if __name__ == '__main__':
    # before the imports that take seconds
    import_alone('inference.options').parse_args()

from higherhrnet_plugin.inference.cli import main

if __name__ == '__main__':
    sys.exit(main())
