"""A model hub over HTTP on loopback: repositories with commits, as huggingface_hub asks for them and changes them.

It speaks what Kritiq's calls need of that protocol: a model's information, its commits and its tree, files with ranges
and redirects to another host, and commits with files of the LFS kind. Xet, which the real hub also takes files by, is
none of it: `use` turns that off.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

#: Kept apart from the repository, as the hub keeps large files.
LFS = (".safetensors", ".onnx")


@dataclass(kw_only=True)
class Commit:
    """What a repository was."""

    id: str
    files: dict[str, bytes]
    title: str
    at: str


@dataclass(kw_only=True)
class HubServer:
    """It has the repositories that `make` made, and shows them to whoever has `token`, if it has one."""

    token: str | None = None
    #: Answered to everything, instead of what was asked.
    status: int | None = None
    #: The next file breaks off behind so many bytes.
    breaks_after: int | None = None
    #: Files begin at their beginning, wherever one wants them to.
    ignores_ranges: bool = False
    #: Each request: method, path, and the token that came with it.
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    repositories: dict[str, list[Commit]] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)

    def make(self, repository: str, files: dict[str, bytes] | None = None) -> str:
        """A repository with these files, or another commit of it; returns its commit."""
        return self.commit(repository, {".gitattributes": b"", **(files or {})}, "first")

    def commit(self, repository: str, files: dict[str, bytes], title: str) -> str:
        commits = self.repositories.setdefault(repository, [])
        content = f"{repository} {len(commits)} {title}".encode() + b"".join(files.values())
        at = f"2026-11-29T12:00:{len(commits):02d}.000Z"
        commits.append(Commit(id=hashlib.sha1(content).hexdigest(), files=files, title=title, at=at))
        return commits[-1].id

    @contextmanager
    def running(self) -> Iterator["HubServer"]:
        """It answers at `url`, and gives large files at another port."""
        # Only now: it is large.
        from huggingface_hub import close_session

        servers = [ThreadingHTTPServer(("127.0.0.1", 0), type("_", (_Handler,), {"hub": self})) for _ in range(2)]
        self.url, self.large_url = (f"http://127.0.0.1:{each.server_port}" for each in servers)
        threads = [threading.Thread(target=each.serve_forever, args=(0.02,)) for each in servers]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            close_session()
            for each, thread in zip(servers, threads, strict=True):
                each.shutdown()
                each.server_close()
                thread.join()

    def use(self, monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
        """Have this process ask it, as nobody: huggingface_hub reads its variables when it is imported. `nowhere`: a
        folder that is not there."""
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", self.url)
        template = "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", self.url + template)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        for name in ("HF_TOKEN_PATH", "HF_STORED_TOKENS_PATH"):
            monkeypatch.setattr(f"huggingface_hub.constants.{name}", str(nowhere / "token"))
        monkeypatch.delenv("HF_TOKEN", raising=False)


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"
    # Headers and body leave together, and at once.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = self._parts()
        if parts is None:
            return
        if parts[0] == "large":
            self._file(self.hub.large[parts[1]])
        elif parts[:2] == ["api", "models"]:
            what, revision = (parts[4], parts[5]) if len(parts) > 4 else ("revision", "main")
            if (found := self._commit("/".join(parts[2:4]), revision)) is not None:
                self._api(what, "/".join(parts[2:4]), found)
        elif len(parts) < 5 or parts[2] != "resolve":
            self._answer(404, b"{}")
        elif (found := self._commit("/".join(parts[:2]), parts[3])) is not None:
            self._resolve("/".join(parts[4:]), found)

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        if (parts := self._parts(open_to_all=True)) is not None:
            self.hub.large[parts[1]] = self._body()
            self._answer(200, b"")

    def do_POST(self) -> None:
        body, parts = self._body(), self._parts()
        if parts is None:
            return
        if parts == ["api", "validate-yaml"]:
            self._json({"errors": [], "warnings": []})
        elif parts[-3:] == ["lfs", "objects", "batch"]:
            self._batch(json.loads(body))
        elif self._commit(repository := "/".join(parts[2:4]), unquote(parts[5])) is None:
            return
        elif parts[4] == "preupload":
            asked = json.loads(body)["files"]
            modes = [(each["path"], "lfs" if each["path"].endswith(LFS) else "regular") for each in asked]
            self._json({"files": [{"path": path, "uploadMode": mode, "shouldIgnore": False} for path, mode in modes]})
        else:
            self._make_commit(repository, [json.loads(line) for line in body.splitlines()])

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""

    def _parts(self, *, open_to_all: bool = False) -> list[str] | None:
        """Of the path; None when the request was answered: it may not be made."""
        path = urlsplit(self.path).path
        authorization = self.headers.get("authorization")
        token = authorization.removeprefix("Bearer ") if authorization else None
        self.hub.asked.append((self.command, path, token))
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if self.hub.status is not None:
            self._answer(self.hub.status, b"{}")
            return None
        if self.hub.token not in (None, token) and not open_to_all and parts[0] != "large":
            # As the real one: who asks as nobody is told that there is nothing.
            wrong = {"X-Error-Message": "Invalid credentials in Authorization header"}
            self._answer(401, b"{}", wrong if token else {"X-Error-Code": "RepoNotFound"})
            return None
        return parts

    def _commit(self, repository: str, revision: str) -> Commit | None:
        commits = self.hub.repositories.get(repository)
        if commits is None:
            self._answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            return None
        found = next((each for each in reversed(commits) if revision in ("main", each.id)), None)
        if found is None:
            self._answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        return found

    def _api(self, what: str, repository: str, found: Commit) -> None:
        files = [(path, len(content), hashlib.sha1(content).hexdigest()) for path, content in found.files.items()]
        if what == "revision":
            siblings = [{"rfilename": path, "size": size, "blobId": blob} for path, size, blob in files]
            self._json({"id": repository, "sha": found.id, "siblings": siblings})
        elif what == "tree":
            self._json([{"type": "file", "path": path, "size": size, "oid": blob} for path, size, blob in files])
        else:
            commits = self.hub.repositories[repository]
            self._json(
                [
                    {"id": each.id, "authors": [{"user": "anna"}], "date": each.at, "title": each.title, "message": ""}
                    for each in reversed(commits[: commits.index(found) + 1])
                ]
            )

    def _resolve(self, path: str, found: Commit) -> None:
        content = found.files.get(path)
        if content is None:
            self._answer(404, b"{}", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": found.id})
        elif path.endswith(LFS):
            digest = hashlib.sha256(content).hexdigest()
            self.hub.large[digest] = content
            told = {"X-Linked-Size": str(len(content)), "X-Linked-Etag": f'"{digest}"', "X-Repo-Commit": found.id}
            self._answer(302, b"", {"Location": f"{self.hub.large_url}/large/{digest}?signature=secret", **told})
        else:
            self._file(content, {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": found.id})

    def _file(self, content: bytes, headers: dict[str, str] | None = None) -> None:
        asked = self.headers.get("range")
        start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked and not self.hub.ignores_ranges else 0
        if start and start >= len(content):
            self._answer(416, b"")
            return
        if self.hub.breaks_after is not None and len(content) - start > self.hub.breaks_after:
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start : start + self.hub.breaks_after])
            self.hub.breaks_after, self.close_connection = None, True
            return
        self._answer(206 if start else 200, content[start:], headers)

    def _batch(self, asked: dict[str, Any]) -> None:
        objects = []
        for each in asked["objects"]:
            upload = {"upload": {"href": f"{self.hub.large_url}/large/{each['oid']}"}}
            objects.append(each if each["oid"] in self.hub.large else {**each, "actions": upload})
        self._json({"transfer": "basic", "objects": objects})

    def _make_commit(self, repository: str, lines: list[dict[str, Any]]) -> None:
        head, files = self.hub.repositories[repository][-1], dict(self.hub.repositories[repository][-1].files)
        if lines[0]["value"].get("parentCommit") not in (None, head.id):
            self._answer(412, b"{}")
            return
        for line in lines[1:]:
            path = line["value"]["path"]
            if line["key"] == "deletedFile":
                del files[path]
            elif line["key"] == "lfsFile":
                files[path] = self.hub.large[line["value"]["oid"]]
            else:
                files[path] = base64.b64decode(line["value"]["content"])
        made = self.hub.commit(repository, files, lines[0]["value"]["summary"])
        self._json({"commitUrl": f"{self.hub.url}/{repository}/commit/{made}", "commitOid": made})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def _json(self, told: object) -> None:
        self._answer(200, json.dumps(told).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
