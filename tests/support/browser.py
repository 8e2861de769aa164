"""A headless browser that plays a video and tells what it shows."""

import contextlib
import functools
import http.server
import json
import queue
import shutil
import subprocess
import threading
from pathlib import Path

_NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'chrome')
_FLAGS = (
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--mute-audio',
    '--autoplay-policy=no-user-gesture-required',
)
# plays to the end, and notes every frame: its time, and the colours of its
# corners, clockwise from the upper left one
_PAGE = """<!doctype html><video id=v muted src="FILE"></video><script>
const shown = [], page = document.createElement('canvas');
function tell(what) {
  fetch('/', {method: 'POST', body: JSON.stringify(what)});
}
function look(now, meta) {
  const w = page.width = v.videoWidth, h = page.height = v.videoHeight;
  const pen = page.getContext('2d');
  pen.drawImage(v, 0, 0);
  const dx = w >> 3, dy = h >> 3, corners = [
    [dx, dy], [w - dx, dy], [w - dx, h - dy], [dx, h - dy]];
  shown.push([meta.mediaTime, corners.map(
    ([x, y]) => [...pen.getImageData(x, y, 1, 1).data].slice(0, 3))]);
  v.requestVideoFrameCallback(look);
}
v.requestVideoFrameCallback(look);
v.onerror = () => tell({error: v.error.message || 'code ' + v.error.code});
v.onended = () => tell({width: v.videoWidth, height: v.videoHeight,
  duration: v.duration, shown,
  sound: v.webkitAudioDecodedByteCount || 0});
v.play().catch(error => tell({error: String(error)}));
</script>"""


def find_browser():
    """Return the program, or None."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def play(path: Path, folder: Path, timeout: float = 60) -> dict:
    """Play a video to the end.

    Args:
        path: The video.
        folder: For the page and the browser's own files.
        timeout: Seconds.

    Returns:
        dict: ``width``, ``height``, ``duration``, ``sound``, bytes that were
        decoded, and ``shown``, time and RGB of the four corners of every
        frame; or ``error``.
    """
    (folder / 'page').mkdir()
    (folder / 'page' / 'index.html').write_text(
        _PAGE.replace('FILE', 'video.mp4')
    )
    shutil.copy(path, folder / 'page' / 'video.mp4')
    told: queue.Queue = queue.Queue()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers['Content-Length'])
            told.put(json.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    handler = functools.partial(Handler, directory=str(folder / 'page'))
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f'http://127.0.0.1:{server.server_address[1]}/'
        profile = f'--user-data-dir={folder / "profile"}'
        with subprocess.Popen(
            [find_browser(), *_FLAGS, profile, address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as browser:
            try:
                return told.get(timeout=timeout)
            finally:
                browser.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    browser.wait(10)
                browser.kill()
                server.shutdown()
