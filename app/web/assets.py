"""Static files: one concatenated stylesheet, hashes in names, served for ever."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from functools import cached_property
from pathlib import Path

from flask import Flask, Response, abort, request

from app.web import encodings

FOREVER = "public, max-age=31536000, immutable"
STATIC = Path(__file__).resolve().parent.parent / "static"
COMPRESSED = {".css", ".js", ".svg", ".json", ".webmanifest"}
TYPES = {"speculation": "application/speculationrules+json"}  # by the name before its hash
BEST = 9


class Assets:
    """Names in templates ("shop.css", "js/shop.js") to addresses with a content hash, and back.

    The stylesheet is the files of css/order.txt one after another with comments and runs of
    white space taken out; addresses of fonts inside it get their hashes too.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder
        self._packed: dict[tuple[str, str], bytes] = {}

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Hashed name -> content, for everything that may be asked for."""
        found: dict[str, bytes] = {}
        for name, body in self._sources.items():
            found[self._hashed(name, body)] = body
        return found

    @cached_property
    def _sources(self) -> dict[str, bytes]:
        sources = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and path.suffix not in {".md", ".txt"} and "css" not in
            path.relative_to(self.folder).parts[:1]
        }
        sources["shop.css"] = self._stylesheet(sources).encode()
        return sources

    @cached_property
    def _names(self) -> dict[str, str]:
        return {name: self._hashed(name, body) for name, body in self._sources.items()}

    def packed(self, name: str, encoding: str) -> bytes:
        """A file's content in br or gzip, made on the first demand and kept."""
        key = (name, encoding)
        if key not in self._packed:
            self._packed[key] = encodings.pack(self.files[name], encoding, BEST)
        return self._packed[key]

    def url(self, name: str) -> str:
        """The address of a static file. Raises KeyError for one that is not there."""
        return f"/static/{self._names[name]}"

    def _stylesheet(self, sources: dict[str, bytes]) -> str:
        order = (self.folder / "css" / "order.txt").read_text().split()
        css = "\n".join((self.folder / "css" / name).read_text() for name in order)
        css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
        css = re.sub(r"\s+", " ", css)
        css = re.sub(r"\s*([{};,])\s*", r"\1", css)

        def with_hash(match: re.Match[str]) -> str:
            name = match.group(1).strip("\"'").removeprefix("../").removeprefix("/static/")
            return f"url(/static/{self._hashed(name, sources[name])})" if name in sources else (
                match.group(0)
            )

        return re.sub(r"url\(([^)]+)\)", with_hash, css)

    @staticmethod
    def _hashed(name: str, body: bytes) -> str:
        path = Path(name)
        digest = hashlib.sha256(body).hexdigest()[:12]
        return str(path.with_name(f"{path.stem}.{digest}{path.suffix}"))


def install(app: Flask) -> None:
    """Serve /static/… and give templates asset()."""
    assets = Assets()
    app.extensions["assets"] = assets
    app.jinja_env.globals["asset"] = assets.url

    @app.get("/static/<path:name>", endpoint="static_file")
    def static_file(name: str) -> Response:
        body = assets.files.get(name)
        if body is None:
            abort(404)
        response = Response(body, mimetype=mime_of(name))
        if Path(name).suffix in COMPRESSED:
            encoding = encodings.wanted(request.headers.get("Accept-Encoding", ""))
            if encoding:
                response.data = assets.packed(name, encoding)
                response.headers["Content-Encoding"] = encoding
            response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOREVER
        return response


def mime_of(name: str) -> str:
    """The media type of a file by its hashed name."""
    known = TYPES.get(Path(name).name.partition(".")[0])
    return known or mimetypes.guess_type(name)[0] or "application/octet-stream"
