"""Pictures from the web, over real HTTP on the loopback: bounded, checked at every hop."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from shopfront import encoded, swatch

from catalog.feeds import fetch
from catalog.feeds.fetch import WebFetcher
from catalog.feeds.listing import RejectedRowError

PICTURE = encoded(swatch())


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        target = {
            "/moved": "/a.jpg",
            "/round": "/round",
            "/out": "ftp://elsewhere.example/a.jpg",
        }.get(self.path)
        body = {"/a.jpg": PICTURE, "/host": self.headers["Host"].encode(), "/big": b"x" * 5000}.get(
            self.path
        )
        if target:
            self.send_response(302)
            self.send_header("Location", target)
        else:
            self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def fetcher():
    fetcher = WebFetcher(allow_local=True)
    yield fetcher
    fetcher.close()


def test_a_picture_is_brought_also_after_a_redirection(shop, fetcher):
    assert fetcher(f"{shop}/a.jpg") == fetcher(f"{shop}/moved") == PICTURE


def test_the_server_hears_the_name_though_the_address_is_called(shop, fetcher):
    assert fetcher(f"{shop}/host").decode() == shop.removeprefix("http://")


@pytest.mark.parametrize(
    "path, reason",
    [
        ("/none.jpg", "answers 404"),
        ("/round", "more than 3 redirections"),
        ("/out", "allowed are http"),
    ],
)
def test_what_goes_wrong_is_told(shop, fetcher, path, reason):
    with pytest.raises(RejectedRowError, match=reason):
        fetcher(shop + path)


def test_large_answers_are_cut_off(shop, fetcher, monkeypatch):
    monkeypatch.setattr(fetch, "MAX_BYTES", 1000)
    with pytest.raises(RejectedRowError, match="MB"):
        fetcher(f"{shop}/big")


def test_a_closed_port_and_an_unknown_name(fetcher):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(RejectedRowError, match="cannot be fetched"):
        fetcher(f"http://127.0.0.1:{port}/a.jpg")
    with pytest.raises(RejectedRowError, match="no address"):
        fetcher("http://shop.invalid/a.jpg")


def test_a_name_that_leads_to_a_private_address_is_refused_at_every_hop(shop, monkeypatch):
    strict = WebFetcher()
    with pytest.raises(RejectedRowError, match="private address"):
        strict(f"{shop}/a.jpg")
    hops = iter(["http://localhost:1/a.jpg"])
    monkeypatch.setattr(
        strict, "_hop", lambda url, first=strict._hop: next(hops, None) or first(url)
    )
    with pytest.raises(RejectedRowError, match="localhost is a private address"):
        strict("http://public.example/a.jpg")
    strict.close()
