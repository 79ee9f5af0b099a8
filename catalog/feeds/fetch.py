"""Pictures from the web: http and https only, public addresses only, bounded in time and size."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urljoin, urlsplit

import httpx

from catalog.feeds.listing import Reject
from catalog.pictures import MAX_BYTES

SECONDS = 10.0
"""For connecting, and between two parts of an answer."""
MAX_SECONDS = 60.0
MAX_REDIRECTS = 3


class WebFetcher:
    """Brings the bytes behind a link. Every hop's address is resolved once, checked, and connected to as checked, so
    that a name cannot lead into the private network. `allow_local` lifts that check.
    """

    def __init__(self, allow_local: bool = False):
        self._allow_local = allow_local
        self._client = httpx.Client(
            timeout=SECONDS,
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": "fashion-catalog-import/1", "Accept": "image/*"},
        )

    def __call__(self, url: str) -> bytes:
        """The bytes. Raises Reject, with the reason."""
        try:
            for _ in range(MAX_REDIRECTS + 1):
                found = self._hop(url)
                if isinstance(found, bytes):
                    return found
                url = urljoin(url, found)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise Reject(f"{url}: cannot be fetched ({error or type(error).__name__})") from None
        raise Reject(f"{url}: more than {MAX_REDIRECTS} redirections")

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def _hop(self, url: str) -> bytes | str:
        """The bytes, or where the server points to instead."""
        request = self._request(url)
        response = self._client.send(request, stream=True)
        try:
            if response.is_redirect:
                return response.headers["location"]
            if response.status_code != 200:
                raise Reject(f"{url}: the server answers {response.status_code}")
            data, late = bytearray(), time.monotonic() + MAX_SECONDS
            for part in response.iter_bytes():
                data += part
                if len(data) > MAX_BYTES:
                    raise Reject(f"{url}: more than {MAX_BYTES // 1_000_000} MB")
                if time.monotonic() > late:
                    raise Reject(f"{url}: takes more than {MAX_SECONDS:.0f} seconds")
            return bytes(data)
        finally:
            response.close()

    def _request(self, url: str) -> httpx.Request:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            raise Reject(f"{url}: allowed are http:// and https:// links")
        address = self._address(parts.hostname, url)
        target = httpx.URL(url).copy_with(host=address)
        return self._client.build_request(
            "GET",
            target,
            headers={"Host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": parts.hostname},
        )

    def _address(self, host: str, url: str) -> str:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            raise Reject(f"{url}: no address for {host}") from None
        address = found[0][4][0].partition("%")[0]
        if not self._allow_local and not ipaddress.ip_address(address).is_global:
            raise Reject(
                f"{url}: {host} is a private address ({address}); --allow-local fetches it all the same"
            )
        return address
