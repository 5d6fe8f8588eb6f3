"""A file server on loopback that knows ranges, and can stop in the middle, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

from endpoint import serving


@dataclass
class Files:
    """What is served, by path, and how it fails; `log` has every request."""

    files: dict[str, bytes] = field(default_factory=dict)
    stop_after: list[int] = field(default_factory=list)  # bytes of a file after which the connection is cut, in turn
    ranges: bool = True
    ranges_for: int | None = None  # so many requests, and then no more
    retry_after: str | None = None
    etag: str | None = '"one"'
    statuses: list[int] = field(default_factory=list)  # given in place of a file, in turn
    log: list[tuple[str, str, str | None]] = field(default_factory=list)  # method, path, range
    base: str = ""

    def got(self) -> list[str]:
        return [path for method, path, _ in self.log if method == "GET"]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.log.append((request.method, request.path, request.headers.get("Range")))
        data = self.files.get(request.path)
        if data is None:
            return web.Response(status=404)
        head = {"ETag": self.etag} if self.etag else {}
        if request.method == "HEAD":
            return web.Response(headers={**head, "Content-Length": str(len(data))})
        if self.statuses:
            wait = {} if self.retry_after is None else {"Retry-After": self.retry_after}
            return web.Response(status=self.statuses.pop(0), headers=wait)
        return await part_of(data, request, head, self.stop_after, whole=not self._gives_part(request))

    def _gives_part(self, request: web.Request) -> bool:
        if not self.ranges or "Range" not in request.headers:
            return False
        if self.ranges_for is not None:
            self.ranges_for -= 1
            if self.ranges_for < 0:
                return False
        return request.headers.get("If-Range", self.etag) == self.etag


async def part_of(
    data: bytes, request: web.Request, head: dict[str, str], stop_after: list[int], *, whole: bool
) -> web.StreamResponse:
    """Give the range that is asked for, or the whole; break off after each of these numbers of bytes, once."""
    first, status, size = 0, 200, len(data)
    if not whole:
        start, _, end = request.headers["Range"].removeprefix("bytes=").partition("-")
        first, status = int(start), 206
        if first >= size:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        data = data[: int(end) + 1] if end else data
        head["Content-Range"] = f"bytes {first}-{len(data) - 1}/{size}"
    reply = web.StreamResponse(status=status, headers=head)
    reply.content_length = len(data) - first
    await reply.prepare(request)
    if stop_after:
        await reply.write(data[first : first + stop_after.pop(0)])
        assert request.transport is not None
        request.transport.close()  # what was written still goes out
        return reply
    await reply.write(data[first:])
    return reply


@contextmanager
def file_server(files: dict[str, bytes]) -> Iterator[Files]:
    """Serve files from a thread, on a port of its own."""
    server = Files(dict(files))
    with serving(routes=lambda app: app.router.add_route("*", "/files/{path:.*}", server.answer)) as endpoint:
        server.base = endpoint.base.removesuffix("/v1") + "/files"
        yield server
