"""Files of videos and webcams, opened by PyAV."""

from __future__ import annotations

import sys
from typing import Any

from ..doctor.table import BY_MODULE
from .inputs import Source

# no address inside a file is followed
_FILES_ONLY = {'protocol_whitelist': 'file'}


def import_av() -> Any:
    """Import PyAV, which only videos need.

    Returns:
        module: ``av``.

    Raises:
        ImportError: If it is missing; the message says how to install it.
    """
    try:
        import av
    except ImportError as error:
        raise ImportError(
            f"videos need PyAV: pip install '{BY_MODULE['av'].specifier}'"
        ) from error
    return av


def open_video(path: str) -> Any:
    """Open a video file.

    Args:
        path (str): The file.

    Returns:
        av.container.InputContainer: to be closed.

    Raises:
        ImportError: If PyAV is missing.
        OSError: If the file cannot be opened.
        ValueError: If it is no video.
    """
    av = import_av()
    try:
        return av.open(path, options=_FILES_ONLY)
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise ValueError(
            f'cannot be opened as a video: {error.strerror}; it is no video, '
            'or broken or cut off'
        ) from error


def open_webcam(source: Source) -> Any:
    """Open a webcam by its number.

    Args:
        source (Source): Of the kind 'webcam'.

    Returns:
        av.container.InputContainer: to be closed.

    Raises:
        ImportError: If PyAV is missing.
        ValueError: If there is no such webcam, or no way to it.
    """
    av = import_av()
    options: dict[str, str] = {}
    if sys.platform == 'darwin':
        name, kind = f'{source.path}:none', 'avfoundation'
        # it takes no other rate than the camera's, and asks for 29.97
        options = {'framerate': '30'}
    elif sys.platform == 'win32':
        name, kind = _find_windows_camera(av, int(source.path)), 'dshow'
    else:
        name, kind = f'/dev/video{source.path}', 'v4l2'
    try:
        return av.open(name, format=kind, options=options)
    except (av.FFmpegError, ValueError) as error:
        raise ValueError(
            f'cannot open webcam {source.path} as {kind} {name}: {error}'
        ) from error


def _find_windows_camera(av: Any, number: int) -> str:
    """Return what DirectShow calls a camera."""
    if not hasattr(av, 'enumerate_input_devices'):
        raise ValueError(
            "webcams need a newer PyAV on Windows: pip install 'av>=17,<19'"
        )
    names = [
        device.name
        for device in av.enumerate_input_devices('dshow')
        if 'video' in device.media_types
    ]
    if number >= len(names):
        raise ValueError(f'there is no webcam {number}, only {names}')
    return f'video={names[number]}'
