"""How the tools end: with one line and a code that says whose fault it is.

0: all done. 1: the work was done and found something (differences, faults in
annotations, inputs that failed), or a training failed. 2: there was nothing to
work with: bad arguments, files that are missing or refused.
"""

import sys
from typing import Callable, Optional


def run_tool(main: Callable[[], Optional[int]]) -> None:
    """Run a tool; an exit with a message becomes the message and code 2.

    So does an error of the system.

    Args:
        main: The tool. It returns a code, or nothing if all is done.

    Raises:
        SystemExit: With the code, unless all is done.
    """
    try:
        code = main()
    except OSError as error:
        # such as a disk that is full or cannot be written
        print(f'error: {error}', file=sys.stderr)
        code = 2
    except SystemExit as stop:
        if not isinstance(stop.code, str):
            raise
        print(stop.code, file=sys.stderr)
        code = 2
    if code:
        sys.exit(code)
