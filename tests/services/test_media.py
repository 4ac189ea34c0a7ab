"""Pictures: taken in clean, made small, fetched safely, served for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from flask import current_app
from PIL import Image
from sqlalchemy import func, select

from app.extensions import db, providers, transaction
from app.kernel.errors import Invalid, ProviderRejected, ProviderUnavailable
from app.models.media import Media, Rendition
from app.models.outbox import Job
from app.services.media import flow, pictures, remote
from app.services.media.local import LocalStore
from app.services.media.port import is_safe


def picture(width: int = 900, height: int = 1100, form: str = "JPEG", **saving: object) -> bytes:
    """A picture with some detail in it."""
    file, image = BytesIO(), Image.radial_gradient("L").resize((width, height)).convert("RGB")
    image.save(file, form, **saving)
    return file.getvalue()


class Answers(BaseHTTPRequestHandler):
    """A picture, a redirect, a page, an error."""

    def do_GET(self) -> None:
        bodies = {"/lamp.jpg": picture(500, 600), "/page": b"<html>no</html>"}
        if self.path == "/inside":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/")
            self.end_headers()
            return
        body = bodies.get(self.path)
        self.send_response(503 if self.path == "/later" else 200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        return


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a small web server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_picture_is_turned_upright_and_loses_what_it_tells():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera"  # turned by a quarter; the maker
    clean = pictures.clean(picture(400, 300, exif=exif))

    assert (clean.width, clean.height) == (300, 400)
    assert b"Camera" not in clean.content
    assert clean.mime == pictures.mime_of(clean.content) == "image/jpeg"


def test_large_pictures_shrink_and_clean_ones_keep_their_bytes():
    assert max(pictures.clean(picture(3000, 1500)).width, 0) == 2400
    plain = picture(800, 600)
    assert pictures.clean(plain).content == plain


def test_transparency_stays_transparent():
    file = BytesIO()
    Image.new("RGBA", (60, 60), (10, 20, 30, 0)).save(file, "PNG")

    assert pictures.clean(file.getvalue()).mime == "image/png"


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                                     b"%PDF-1.7", b"\xff\xd8\xff\xe0broken"])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(Invalid, match="not_a_picture"):
        pictures.clean(content)


def test_too_many_pixels_are_refused_before_they_are_decoded():
    file = BytesIO()
    Image.new("1", (8000, 6000)).save(file, "PNG")

    with pytest.raises(Invalid, match="picture_too_large"):
        pictures.clean(file.getvalue())


@pytest.mark.parametrize(("width", "expected"), [
    (100, (100,)), (320, (320,)), (350, (320,)), (500, (320, 500)), (960, (320, 640, 960)),
    (2400, (320, 640, 960, 1440)),
])
def test_renditions_never_grow(width, expected):
    assert pictures.widths_of(width) == expected


def test_what_a_phone_loads_keeps_the_budget():
    noisy = Image.effect_noise((480, 600), 60).resize((960, 1200)).convert("RGB")
    file = BytesIO()
    noisy.save(file, "JPEG", quality=92)

    made = {(one.format, one.width): one for one in pictures.renditions(file.getvalue())}

    assert {form for form, _width in made} == {"avif", "webp", "jpeg"}
    assert len(made[("avif", 960)].content) <= pictures.BUDGET


@pytest.mark.parametrize(("key", "safe"), [
    ("ab12/lamp.jpg", True), ("../secret", False), ("/etc/passwd", False), ("a//b", False),
    (".hidden", False), ("a/../b", False), ("a\\b", False), ("", False), ("a/.new-x", False),
])
def test_keys_stay_below_the_folder(key, safe, tmp_path):
    store = LocalStore(tmp_path / "media")
    assert is_safe(key) is safe
    if safe:
        store.put(key, b"1", "image/jpeg")
        assert store.get(key) == b"1"
    else:
        with pytest.raises(ValueError, match="safe"):
            store.put(key, b"1", "image/jpeg")
        assert store.get(key) is None


def test_removing_cleans_up_and_may_be_repeated(tmp_path):
    store = LocalStore(tmp_path / "media")
    store.put("ab/one.jpg", b"1", "image/jpeg")

    store.remove("ab/one.jpg")
    store.remove("ab/one.jpg")

    assert not store.exists("ab/one.jpg")
    assert list(store.folder.iterdir()) == []


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://example.org/a.jpg", "http://127.0.0.1/a", "http://[::1]/a",
    "http://10.0.0.8/a", "http://169.254.169.254/latest", "http://192.168.1.1/", "http://0.0.0.0/",
    "http://[::ffff:127.0.0.1]/", "http://user:word@example.org/", "http:///a", "nonsense",
    "http://100.64.0.1/", "http://2130706433/",
])
def test_inner_addresses_are_never_asked(url):
    with pytest.raises(ProviderRejected):
        remote.fetch(url)


def test_a_redirect_into_the_house_is_refused(site, monkeypatch):
    asked = remote.public_address

    def strict_after_first(host: str, port: int, *, allow_private: bool = False) -> str:
        return asked(host, port, allow_private=host == "127.0.0.1")

    monkeypatch.setattr(remote, "public_address", strict_after_first)
    with pytest.raises(ProviderRejected, match="address_not_public"):
        remote.fetch(f"{site}/inside")


def test_busy_servers_are_asked_again_and_missing_pages_are_not(site):
    with pytest.raises(ProviderUnavailable):
        remote.fetch(f"{site}/later", allow_private=True)
    with pytest.raises(ProviderRejected, match="not_there"):
        remote.fetch(f"{site}/gone", allow_private=True)


def test_too_many_bytes_are_not_read_to_the_end(site, monkeypatch):
    monkeypatch.setattr(remote, "MOST_BYTES", 1000)
    with pytest.raises(ProviderRejected, match="picture_too_many_bytes"):
        remote.fetch(f"{site}/lamp.jpg", allow_private=True)


@pytest.mark.usefixtures("founded_shop")
class TestInTheShop:
    """With rows, jobs and the store of a shop."""

    def test_the_same_bytes_are_kept_once_and_gain_words(self):
        first = flow.add(picture(), "Lamp.JPG", {"en": "a lamp"})
        again = flow.add(picture(), "other.jpg", {"en": "ignored", "de": "eine Lampe"})

        assert first.id == again.id
        assert again.alt == {"en": "a lamp", "de": "eine Lampe"}
        assert first.key.endswith("/lamp.jpg")
        assert db.session.scalars(select(Job.kind)).all() == ["renditions"]

    def test_before_and_after_the_renditions(self):
        media = flow.add(picture(700, 875), "lamp.jpg", {"de": "eine Lampe"})
        before = flow.picture_views([media.id], ("fr", "de", "en"))[media.id]
        flow.make_renditions(media.id)
        flow.make_renditions(media.id)
        after = flow.picture_views([media.id], ("fr",))[media.id]

        assert (before.alt, before.alt_language) == ("eine Lampe", "de")
        assert (before.src, before.sources, before.srcset) == (f"/media/{media.key}", (), "")
        assert [type_ for type_, _set in after.sources] == ["image/avif", "image/webp"]
        assert after.src == f"/media/{media.key[:-4]}-640.jpg"
        assert after.srcset.endswith("-640.jpg 640w")
        assert (after.width, after.height) == (700, 875)
        assert db.session.scalar(select(func.count(Rendition.id))) == 6

    def test_a_picture_is_served_for_ever_and_nothing_else_is(self):
        media = flow.add(picture(), "lamp.jpg", {})
        providers().media.put("ab/page.html", b"<script>", "text/html")
        client = current_app.test_client()

        response = client.get(f"/media/{media.key}")

        assert response.status_code == 200
        assert response.mimetype == "image/jpeg"
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        for key in ("ab/none.jpg", "ab/page.html", "../shop.db", "%2e%2e/shop.db"):
            assert client.get(f"/media/{key}").status_code == 404

    def test_a_remote_picture_is_fetched_by_its_job(self, site):
        with transaction():
            ids = flow.expect({f"{site}/lamp.jpg": {"en": "a lamp"}})
            again = flow.expect({f"{site}/lamp.jpg": {}})
        id_ = ids[f"{site}/lamp.jpg"]
        assert again == ids
        assert flow.picture_views([id_], ("en",)) == {}

        flow.HANDLERS["fetch_picture"]({"media_id": id_})

        media = db.session.get(Media, id_)
        assert media is not None
        assert (media.state, media.width, media.height) == ("waiting", 500, 600)
        assert flow.picture_views([id_], ("en",))[id_].alt == "a lamp"
        kinds = db.session.scalars(select(Job.kind).order_by(Job.id)).all()
        assert kinds == ["fetch_picture", "renditions"]

    @pytest.mark.parametrize("path", ["page", "gone"])
    def test_what_cannot_be_fetched_is_broken_and_says_why(self, site, path):
        with transaction():
            (id_,) = flow.expect({f"{site}/{path}": {}}).values()

        flow.fetch_remote(id_)

        media = db.session.get(Media, id_)
        assert media is not None
        assert (media.state, media.note.split()[0]) == (
            "broken", {"page": "not_a_picture", "gone": "not_there"}[path])

    def test_an_unanswered_fetch_stays_to_be_tried_again(self, site):
        with transaction():
            (id_,) = flow.expect({f"{site}/later": {}}).values()

        with pytest.raises(ProviderUnavailable):
            flow.fetch_remote(id_)

        media = db.session.get(Media, id_)
        assert media is not None
        assert (media.state, media.note) == ("remote", "not_now status=503")

    def test_pictures_nobody_shows_can_be_thrown_away(self):
        media = flow.add(picture(), "lamp.jpg", {})
        flow.make_renditions(media.id)
        key = media.key

        assert flow.purge() == 1
        assert not providers().media.exists(key)
        assert db.session.scalar(select(func.count(Rendition.id))) == 0
