"""Picture downloads from public http and https addresses, bounded in time and size."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urljoin, urlsplit

import httpx

from catalog.feeds.listing import RejectedRowError
from catalog.pictures import MAX_BYTES

TIMEOUT_SECONDS = 10.0
"""For connecting, and between two parts of an answer."""
MAX_SECONDS = 60.0
MAX_REDIRECTS = 3


class WebFetcher:
    """A downloader of the bytes behind a link.

    The address of every hop is resolved once and checked, and the connection uses that checked
    address, so that no host name can lead into the private network. `allow_local` lifts that check.
    """

    def __init__(self, allow_local: bool = False) -> None:
        self._allow_local = allow_local
        self._client = httpx.Client(
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            follow_redirects=False,
            headers={"User-Agent": "fashion-catalog-import/1", "Accept": "image/*"},
        )

    def __call__(self, url: str) -> bytes:
        """Return the bytes. Raises RejectedRowError with the reason."""
        try:
            for _ in range(MAX_REDIRECTS + 1):
                answer = self._hop(url)
                if isinstance(answer, bytes):
                    return answer
                url = urljoin(url, answer)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            reason = error or type(error).__name__
            raise RejectedRowError(f"{url}: cannot be fetched ({reason})") from None
        raise RejectedRowError(f"{url}: more than {MAX_REDIRECTS} redirections")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _hop(self, url: str) -> bytes | str:
        """Return the bytes, or the location that the server redirects to."""
        request = self._request(url)
        response = self._client.send(request, stream=True)
        try:
            if response.is_redirect:
                return response.headers["location"]
            if response.status_code != 200:
                raise RejectedRowError(f"{url}: the server answers {response.status_code}")
            data, deadline = bytearray(), time.monotonic() + MAX_SECONDS
            for part in response.iter_bytes():
                data += part
                if len(data) > MAX_BYTES:
                    raise RejectedRowError(f"{url}: more than {MAX_BYTES // 1_000_000} MB")
                if time.monotonic() > deadline:
                    raise RejectedRowError(f"{url}: takes more than {MAX_SECONDS:.0f} seconds")
            return bytes(data)
        finally:
            response.close()

    def _request(self, url: str) -> httpx.Request:
        parts = urlsplit(url)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            raise RejectedRowError(f"{url}: allowed are http:// and https:// links")
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
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            raise RejectedRowError(f"{url}: no address for {host}") from None
        address = str(infos[0][4][0]).partition("%")[0]
        if not self._allow_local and not ipaddress.ip_address(address).is_global:
            raise RejectedRowError(
                f"{url}: {host} is a private address ({address}); "
                "--allow-local fetches it all the same"
            )
        return address
