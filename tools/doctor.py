"""Say what is missing or broken, and mend it.

The same as ``python -m higherhrnet_plugin.doctor``.
"""

import sys
from pathlib import Path

from _arguments import import_alone

if __name__ == '__main__':
    # the package itself may not import
    main = import_alone('doctor.__main__').main
    sys.exit(main(program=Path(sys.argv[0]).name))
