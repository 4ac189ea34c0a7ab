"""What a page says of itself, read from its HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from xml.etree.ElementTree import Element

import html5lib

SILENT = {"script", "style", "noscript", "template"}
SPOKEN = ("alt", "aria-label", "placeholder", "title")


@dataclass(frozen=True)
class Reading:
    """A page's HTML and questions to it."""

    html: str

    @cached_property
    def root(self) -> Element:
        """The tree as a browser builds it."""
        tree: Element = html5lib.parse(self.html, namespaceHTMLElements=False)
        return tree

    def all(self, tag: str) -> list[Element]:
        """Every element of this name."""
        return list(self.root.iter(tag))

    @property
    def canonical(self) -> str:
        """The address the page wants to be known by; empty where it names none."""
        return next((link.get("href", "") for link in self.all("link")
                     if link.get("rel") == "canonical"), "")

    @property
    def alternates(self) -> dict[str, str]:
        """hreflang -> address."""
        return {link.get("hreflang", ""): link.get("href", "") for link in self.all("link")
                if link.get("rel") == "alternate" and link.get("hreflang")}

    @property
    def paths(self) -> set[str]:
        """Paths within the shop that the page wants followed."""
        tags = re.findall(r"<a [^>]+>", self.html)
        return {unescape(match[1]) for tag in tags if "nofollow" not in tag
                and (match := re.search(r'href="(/[^"#]*)', tag))}

    @property
    def inline(self) -> list[str]:
        """Inline styles and scripts a strict Content-Security-Policy refuses."""
        found = [f"{e.tag} {name}" for e in self.root.iter() for name in e.attrib
                 if name == "style" or name.startswith("on")]
        found += [e.tag for e in self.all("style")]
        return found + ["script" for e in self.all("script") if not e.get("src")
                        and e.get("type") not in {"application/ld+json", "speculationrules"}]

    @property
    def bare_pictures(self) -> list[str]:
        """Pictures without alt or without size."""
        return [img.get("src", "") for img in self.all("img")
                if None in (img.get("alt"), img.get("width"), img.get("height"))]

    def texts(self) -> Iterator[str]:
        """What is read or heard, without parts in another language or not to be translated."""
        body = next(self.root.iter("body"))
        for text in _texts(body):
            yield re.sub(r"\s+", " ", text).strip()


def _texts(element: Element) -> Iterator[str]:
    for child in element:
        foreign = child.get("lang") or child.get("translate") == "no"
        if child.tag not in SILENT and isinstance(child.tag, str) and not foreign:
            if child.text:
                yield child.text
            yield from (child.get(name, "") for name in SPOKEN if child.get(name))
            yield from _texts(child)
        if child.tail:
            yield child.tail
