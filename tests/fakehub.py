"""A Hub on loopback: repositories of data whose files are listed, measured and given in parts, for tests."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

from endpoint import serving
from fileserver import part_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What is there, by repository and path; `stop_after` cuts connections, and `gated` wants a token."""

    repositories: dict[str, dict[str, bytes]]
    gated: set[str] = field(default_factory=set)
    token: str = "hf_good"
    stop_after: list[int] = field(default_factory=list)
    lies: dict[str, str] = field(default_factory=dict)  # checksums that are stated, by path
    moved: set[str] = field(default_factory=set)  # small files that lie elsewhere, too, which only a GET tells
    log: list[tuple[str, str, str | None]] = field(default_factory=list)
    base: str = ""
    elsewhere: str = ""  # another name of the same server

    def checksum(self, path: str, data: bytes) -> str:
        return self.lies.get(path) or hashlib.sha256(data).hexdigest()

    def facts(self, path: str, data: bytes) -> dict[str, object]:
        lfs = {"oid": self.checksum(path, data), "size": len(data), "pointerSize": 130}
        return {"type": "file", "path": path, "size": len(data), "oid": "0" * 40, "lfs": lfs}

    async def info(self, request: web.Request) -> web.StreamResponse:
        files = self.repositories.get(f"{request.match_info['owner']}/{request.match_info['name']}")
        if files is None:
            return web.Response(status=404, headers={"X-Error-Code": "RepoNotFound"})
        self.log.append((request.method, request.path, None))
        wanted = list(files)
        if request.method == "POST":
            body = await request.json() if request.content_type == "application/json" else await request.post()
            wanted = body["paths"] if isinstance(body, dict) else body.getall("paths")
        return web.json_response([self.facts(path, files[path]) for path in wanted if path in files])

    async def resolve(self, request: web.Request) -> web.StreamResponse:
        repository = f"{request.match_info['owner']}/{request.match_info['name']}"
        path = request.match_info["path"]
        self.log.append((request.method, path, request.headers.get("Range")))
        if repository in self.gated and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=403, headers={"X-Error-Code": "GatedRepo", "X-Error-Message": "restricted"})
        data = self.repositories.get(repository, {}).get(path)
        if data is None:
            return web.Response(status=404, headers={"X-Error-Code": "EntryNotFound"})
        head = {"ETag": f'"{self.checksum(path, data)}"', "X-Repo-Commit": COMMIT}
        if len(data) > 1000 or (path in self.moved and request.method == "GET"):  # large files lie elsewhere
            linked = {"X-Linked-Etag": head["ETag"], "X-Linked-Size": str(len(data))}
            return web.Response(
                status=302, headers={**head, **linked, "Location": f"{self.elsewhere}/cdn/{repository}/{path}"}
            )
        if request.method == "HEAD":
            return web.Response(headers={**head, "Content-Length": str(len(data))})
        return web.Response(body=data, headers=head)

    async def bytes_of(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        data = self.repositories[f"{request.match_info['owner']}/{request.match_info['name']}"][path]
        self.log.append((request.method, f"cdn {path}", request.headers.get("Range")))
        if "Authorization" in request.headers:
            return web.Response(status=400)
        head = {"ETag": '"cdn"'}
        return await part_of(data, request, head, self.stop_after, whole="Range" not in request.headers)


@contextmanager
def fake_hub(repositories: dict[str, dict[str, bytes]]) -> Iterator[Hub]:
    """Serve repositories from a thread; `HF_ENDPOINT` is to name the base."""
    hub = Hub(repositories)

    def routes(app: web.Application) -> None:
        app.router.add_route("*", "/api/datasets/{owner}/{name}/{kind}/{revision}", hub.info)
        app.router.add_route("*", "/cdn/{owner}/{name}/{path:.*}", hub.bytes_of)
        app.router.add_route("*", "/datasets/{owner}/{name}/resolve/{revision}/{path:.*}", hub.resolve)

    with serving(routes=routes) as endpoint:
        hub.base = endpoint.base.removesuffix("/v1")
        hub.elsewhere = hub.base.replace("127.0.0.1", "localhost")
        yield hub
