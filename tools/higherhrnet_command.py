"""The command ``higherhrnet VERB ...``: each verb is one of the tools.

A tool runs in this process with the words behind the verb, as ``python
TOOL ...`` would run it. This module is also installed by itself, outside of
the package, whose import takes seconds.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, Optional

PROGRAM = 'higherhrnet'
PACKAGE = 'higherhrnet_plugin'


class Verb(NamedTuple):
    """A verb of the command.

    Attributes:
        tool: File of the tool, below ``tools``.
        help: What it does, in one line.
    """

    tool: str
    help: str


# in the order of the work
VERBS = {
    'import': Verb(
        'dataset_converters/import_dataset.py',
        'take the labels of another tool to a COCO file and its images',
    ),
    'init': Verb(
        'misc/init_config.py', 'write a config for your own annotation file'
    ),
    'check': Verb(
        'dataset_converters/check_dataset.py',
        'look at an annotation file and its images before training',
    ),
    'browse': Verb(
        'misc/browse_targets.py', 'draw what the network is trained on'
    ),
    'train': Verb('train.py', 'train a config'),
    'test': Verb('test.py', 'measure AP of a checkpoint'),
    'predict': Verb('inference.py', 'find people on images and videos'),
    'share': Verb(
        'dataset_converters/export_predictions.py',
        'write found people for SLEAP, NWB or as a table',
    ),
    'report': Verb(
        'analysis_tools/report.py', 'make a page of what goes wrong'
    ),
    'score': Verb(
        'analysis_tools/train_scorer.py',
        'train a network that scores people, and tell what it gains',
    ),
    'tune': Verb(
        'analysis_tools/tune.py',
        'find test options that suit a trained network, and tell the gain',
    ),
    'info': Verb(
        'model_converters/describe_checkpoint.py',
        'tell what is in a checkpoint',
    ),
    'convert': Verb(
        'model_converters/convert_checkpoint.py',
        'convert a checkpoint to or from the official names',
    ),
    'export': Verb(
        'model_converters/export_model.py',
        'write a trained network as ONNX, OpenVINO or torch.export',
    ),
    'bench': Verb('benchmarks/all.py', 'run all benchmarks (in a clone)'),
    'demo': Verb('demo.py', 'draw a data set, train, test and report'),
    'doctor': Verb('doctor.py', 'say what is missing or broken, and mend it'),
}


def find_package() -> Path:
    """Find the package without importing it.

    Returns:
        Its folder.

    Raises:
        ValueError: If it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ValueError(
            f'{PACKAGE} is not installed for {sys.executable}: run '
            'pip install . in its folder'
        )
    return Path(spec.origin).parent


def find_tools(package: Path) -> Path:
    """Find the folder of the tools.

    Args:
        package: Folder of the package.

    Returns:
        ``tools`` beside it in a clone, else those that the wheel holds.
    """
    clone = package.parent
    if (clone / 'pyproject.toml').is_file() and (clone / 'tools').is_dir():
        return clone / 'tools'
    return package / '.mim' / 'tools'


def find_tool(verb: str) -> Path:
    """Find the tool of a verb.

    Args:
        verb: First word of the command line.

    Returns:
        Its file.

    Raises:
        ValueError: If there is no such verb, or no such tool here.
    """
    if verb not in VERBS:
        (nearest,) = difflib.get_close_matches(verb, VERBS, n=1, cutoff=0)
        raise ValueError(
            f'there is no verb {verb!r}; the nearest is {nearest!r}, and '
            f'{PROGRAM} --help lists all'
        )
    tool = find_tools(find_package()) / VERBS[verb].tool
    if not tool.is_file():
        raise ValueError(
            f'{verb!r} runs tools/{VERBS[verb].tool}, which only a clone of '
            'the repository has: install from one with pip install -e .'
        )
    return tool


def run_tool(tool: Path, verb: str, words: Sequence[str]) -> None:
    """Run a tool in this process, as ``python TOOL ...`` runs it.

    Args:
        tool: Its file.
        verb: What its help calls it.
        words: Its arguments.

    Raises:
        SystemExit: With the code of the tool, if it ends with one.
    """
    sys.argv = [f'{PROGRAM} {verb}', *words]
    sys.path.insert(0, str(tool.parent))
    # runpy would put the file in place of the name
    loader = SourceFileLoader('__main__', str(tool))
    module = ModuleType('__main__')
    # processes that are started anew find it by its file
    module.__file__, module.__spec__ = str(tool), None
    sys.modules['__main__'] = module
    loader.exec_module(module)


def make_parser() -> argparse.ArgumentParser:
    """Build the parser of what stands before, or in place of, a verb."""
    lines = [f'  {verb:<8}  {what.help}' for verb, what in VERBS.items()]
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f'{PROGRAM} VERB ...',
        description='HigherHRNet for MMPose 1.x: from labelled images to AP',
        epilog='\n'.join(
            [
                'verbs:',
                *lines,
                '',
                f'{PROGRAM} VERB --help tells the arguments of a verb.',
                'Exit code: 0 all done, 1 done and something was found or '
                'failed,',
                '2 nothing to work with, such as bad arguments.',
            ]
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--version', action='store_true', help='print the version and exit'
    )
    return parser


def main(argv: Optional[Sequence[str]] = None) -> None:
    """Run the command.

    Args:
        argv: Command line; default: that of the process.

    Raises:
        SystemExit: With the code of the tool, if it ends with one; with 2
            if there is no such verb or option.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    parser = make_parser()
    try:
        if words and not words[0].startswith('-'):
            verb, *words = words
            tool = find_tool(verb)
        else:
            verb, tool = '', find_package() / 'version.py'
    except ValueError as error:
        print(f'error: {error}', file=sys.stderr)
        raise SystemExit(2) from None
    if verb:
        run_tool(tool, verb, words)
    elif parser.parse_args(words).version:
        print(PROGRAM, runpy.run_path(str(tool))['__version__'])
    else:
        parser.print_help()


if __name__ == '__main__':
    main()
