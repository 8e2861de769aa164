"""Run all benchmarks, and write their tables into one Markdown file.

Each runs in a process of its own. One that finds a difference, or fails, is
named at the end, and the exit status is then 1; the others still run.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent


class Command(NamedTuple):
    """A benchmark.

    Attributes:
        usual (str): Arguments.
        quick (str): Arguments of a short run.
    """

    usual: str
    quick: str


COMMANDS = {
    'decode': Command(
        '--people 1 5 30', '--rounds 1 --people 1 30 --scenes 10'
    ),
    'scaling': Command(
        '', '--rounds 1 --people 1 15 --sizes 256x256 512x512 --keypoints 17'
    ),
    'losses': Command('--rounds 5', '--rounds 1 --batch 8 --people 1 15'),
    'targets': Command('', '--rounds 3'),
    'pipeline': Command('', '--rounds 1 --images 8'),
    'evaluation': Command('', '--rounds 1 --images 200 --compared 10'),
    'network': Command('', '--rounds 1 --size 128'),
    # needs what the extra `export` installs
    'runtimes': Command(
        '', '--rounds 1 --size 64 --threads 1 --kinds onnxruntime'
    ),
    'memory': Command('', '--quick'),
    # without the trackers of others
    'tracking': Command('--seeds 5', '--seeds 1 --situations crossing'),
    # the figures of a GPU are asked for by hand, this only tries the script
    'gpu': Command(
        '--device cpu --quick',
        '--device cpu --quick --parts decoding targets',
    ),
}


def run(name: str, arguments: Sequence[str], folder: Path) -> str | None:
    """Run a benchmark, and show what it prints.

    Args:
        name (str): Its name.
        arguments (Sequence[str]): Its arguments, without ``--out``.
        folder (Path): Where its JSON file goes.

    Returns:
        str | None: what it printed, or None if it failed.
    """
    script = FOLDER / f'{name}.py'
    out = folder / f'{name}.json'
    done = subprocess.run(
        [sys.executable, str(script), *arguments, '--out', str(out)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(done.stdout, flush=True)
    return None if done.returncode else done.stdout


def write(folder: Path, sections: dict[str, str]) -> None:
    """Write everything that was measured as Markdown and as JSON.

    Args:
        folder (Path): Has the JSON file of each benchmark.
        sections (dict[str, str]): Command and output of each, by name.
    """
    text = [f'## {name}\n\n{body}' for name, body in sections.items()]
    folder.joinpath('benchmarks.md').write_text('\n'.join(text))
    merged = {
        name: json.loads(folder.joinpath(f'{name}.json').read_text())
        for name in sections
    }
    folder.joinpath('benchmarks.json').write_text(
        json.dumps(merged, indent=2) + '\n'
    )


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        '--quick', action='store_true', help='fewer rounds and smaller inputs'
    )
    parser.add_argument(
        '--only', nargs='+', choices=list(COMMANDS), help='run these alone'
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks'),
        help='folder for benchmarks.md and benchmarks.json',
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmarks.

    Raises:
        SystemExit: If one of them failed.
    """
    args = parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    sections, failed = {}, []
    for name in args.only or COMMANDS:
        usual, quick = COMMANDS[name]
        arguments = quick if args.quick else usual
        command = f'python tools/benchmarks/{name}.py {arguments}'.strip()
        print(f'## {name}\n\n`{command}`\n', flush=True)
        start = time.perf_counter()
        output = run(name, shlex.split(arguments), args.out)
        print(f'({time.perf_counter() - start:.0f} s)\n', flush=True)
        if output is None:
            failed.append(name)
        else:
            sections[name] = f'`{command}`\n\n{output}'
    write(args.out, sections)
    print(f'written: {args.out / "benchmarks.md"} and benchmarks.json')
    if failed:
        raise SystemExit(f'error: failed: {", ".join(failed)}')


if __name__ == '__main__':
    main()
