"""Weights from the web, served by this machine."""

import functools
import hashlib
import http.server
import threading
from typing import ClassVar

import pytest
import torch
from mmengine.runner.checkpoint import CheckpointLoader, load_checkpoint
from payloads import Bomb

from higherhrnet_plugin.checkpoints import (
    WeightsError,
    find_weights,
    read_checkpoint,
)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Counts what is asked for."""

    asked: ClassVar[list] = []

    def do_GET(self):
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *args):
        pass


@pytest.fixture
def web(tmp_path, monkeypatch):
    """Serve a folder; keep downloads apart."""
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    monkeypatch.setenv('no_proxy', '*')
    folder = tmp_path / 'web'
    folder.mkdir()
    Handler.asked = []
    server = http.server.ThreadingHTTPServer(
        ('127.0.0.1', 0), functools.partial(Handler, directory=folder)
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield folder, f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize('name', ['a.pth', 'a-0123abcd_2020.pth'])
def test_weights_are_fetched_once(web, name):
    folder, address = web
    torch.save({'w': torch.ones(2)}, folder / name)
    for _ in range(2):
        assert list(read_checkpoint(f'{address}/{name}')) == ['w']
    assert list(CheckpointLoader.load_checkpoint(f'{address}/{name}')) == ['w']
    assert Handler.asked == [f'/{name}']


# the second holds a date, and the third the digest of neither file
@pytest.mark.parametrize(
    'name', ['latest.pth', 'best-20240101.pth', 'a-0123abcd_2020.pth']
)
def test_equal_names_are_two_files(web, name):
    folder, address = web
    for part in ('x', 'y'):
        (folder / part).mkdir()
        torch.save({part: torch.ones(1)}, folder / part / name)
    for part in ('x', 'y'):
        assert list(read_checkpoint(f'{address}/{part}/{name}')) == [part]


def save_with_digest(folder, key, pattern='a-{}_20200101.pth'):
    """Save weights in a file that is named as torch names it."""
    file = folder / 'a.pth'
    torch.save({key: torch.ones(1)}, file)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return file.rename(folder / pattern.format(digest[:8]))


@pytest.mark.parametrize('pattern', ['a-{}.pth', 'a-20200101-{}.pth'])
def test_what_holds_its_digest_keeps_its_name(web, tmp_path, pattern):
    folder, address = web
    name = save_with_digest(folder, 'w', pattern).name
    cache = tmp_path / 'hub' / 'checkpoints'
    for part in ('', 'mirror/'):
        assert find_weights(f'{address}/{part}{name}') == cache / name
    assert Handler.asked == [f'/{name}']
    assert [file.name for file in cache.iterdir()] == [name]


def test_earlier_downloads_are_used_if_they_hold_what_they_say(web, tmp_path):
    folder, address = web
    file = save_with_digest(folder, 'w')
    cache = tmp_path / 'hub' / 'checkpoints'
    cache.mkdir(parents=True)
    kept = cache / file.name
    torch.save({'other': torch.ones(1)}, kept)
    before = kept.read_bytes()
    for _ in range(2):
        assert list(read_checkpoint(f'{address}/{file.name}')) == ['w']
    assert Handler.asked == [f'/{file.name}']
    assert kept.read_bytes() == before
    kept.write_bytes(file.read_bytes())
    assert find_weights(f'{address}/{file.name}') == kept


def test_an_earlier_download_that_may_be_another_is_named(web, tmp_path):
    _, address = web
    kept = tmp_path / 'hub' / 'checkpoints' / 'a-0123abcd.pth'
    kept.parent.mkdir(parents=True)
    torch.save({'w': torch.ones(1)}, kept)
    with pytest.raises(WeightsError, match='give its path') as error:
        find_weights(f'{address}/{kept.name}')
    assert f'{kept} may be another file' in str(error.value)


def test_code_from_the_web_is_not_run(web, tmp_path):
    folder, address = web
    torch.save({'w': Bomb(tmp_path / 'trace')}, folder / 'a.pth')
    with pytest.raises(WeightsError, match=r'a\.pth: refused\. It holds'):
        load_checkpoint(torch.nn.Linear(1, 1), f'{address}/a.pth')
    assert not (tmp_path / 'trace').exists()


def test_a_page_is_named_and_not_kept(web):
    folder, address = web
    (folder / 'a.pth').write_text('<!doctype html><title>Sign in</title>')
    for _ in range(2):
        with pytest.raises(WeightsError, match=r'/a\.pth: this is an HTML'):
            read_checkpoint(f'{address}/a.pth')
    assert len(Handler.asked) == 2


def test_what_cannot_be_fetched_is_one_line(web):
    _, address = web
    for source, words in (
        (f'{address}/none.pth', '404'),
        ('http://127.0.0.1:9/a.pth', 'refused'),
        ('http://127.0.0.1:port/a.pth', 'cannot be fetched'),
        ('https://no-such-host.invalid/a.pth', 'cannot be fetched'),
    ):
        with pytest.raises(WeightsError, match=words) as error:
            find_weights(source)
        assert str(error.value).startswith(f'{source}: ')
        assert '\n' not in str(error.value)


@pytest.mark.parametrize('scheme', ['s3', 'gs', 'open-mmlab', 'ftp'])
def test_other_addresses_name_the_way_out(scheme):
    with pytest.raises(WeightsError, match='mim download'):
        find_weights(f'{scheme}://bucket/a.pth')


@pytest.mark.parametrize('name', ['a b.pth', 'acc50%25.pth', 'a%20b.pth'])
def test_addresses_of_files(tmp_path, name):
    file = tmp_path / name
    torch.save({'w': torch.ones(2)}, file)
    assert find_weights(file.as_uri()) == file
    assert list(CheckpointLoader.load_checkpoint(file.as_uri())) == ['w']
    with pytest.raises(FileNotFoundError, match='is a folder'):
        find_weights(tmp_path.as_uri())


def test_the_home_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('USERPROFILE', str(tmp_path))
    (tmp_path / 'a.pth').write_bytes(b'')
    assert find_weights('~/a.pth') == tmp_path / 'a.pth'
