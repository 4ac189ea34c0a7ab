"""HTML bodies of other shops as the Markdown this shop keeps. What is not text is dropped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

TAGS = {
    "p", "br", "div", "ul", "ol", "li", "strong", "b", "em", "i", "a", "h1", "h2", "h3", "h4",
    "h5", "h6", "blockquote", "hr", "code", "table", "tr", "td", "th",
}
_BLOCKS = {"p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "hr"}
_BOLD, _ITALIC = {"strong", "b"}, {"em", "i"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")
_LINE_STARTS = re.compile(r"^(\s*)([#>+-]|\d+[.)])(?=\s|$)")


def markdown_of(html: str) -> str:
    """Safe Markdown with the structure of an HTML body: paragraphs, lists, headings, links.

    Plain text keeps its paragraphs. Scripts, styles, pictures and addresses other than http(s)
    and mailto are gone. The result of a result's HTML is the result again.
    """
    html = html.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\r\n", "\n")
    if not re.search(r"<(?:p|br|div|ul|ol|li|h[1-6]|table)\b", html, re.IGNORECASE):
        html = "".join(f"<p>{part}</p>" for part in re.split(r"\n\s*\n", html.strip()))
    clean = nh3.clean(
        html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"},
        link_rel=None, clean_content_tags={"script", "style", "iframe", "noscript"},
    )
    writer = _Writer()
    writer.feed(clean)
    writer.close()
    return writer.text()


def plain_of(html: str) -> str:
    """The words alone, in one line (summaries, SEO texts, names)."""
    spaced = re.sub(r"<(?:/p|/div|/li|/h[1-6]|br)\b[^>]*>", " ", html, flags=re.IGNORECASE)
    clean = nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"})
    return " ".join(_unescape(clean).split())


def _unescape(text: str) -> str:
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&quot;", '"'),
                           ("&#39;", "'"), ("&amp;", "&")):
        text = text.replace(entity, letter)
    return text


class _Writer(HTMLParser):
    """Writes clean HTML as Markdown, block by block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[str] = []
        self._words: list[str] = []
        self._start = ""
        self._lists: list[tuple[str, int]] = []
        self._quotes = 0
        self._href = ""
        self._cells: list[str] = []

    def text(self) -> str:
        """What has been written."""
        self._end_block()
        out = ""
        for block in self._blocks:
            tight = _is_item(block) and out and _is_item(out.rsplit("\n\n", 1)[-1])
            out += ("\n" if tight else "\n\n") + block if out else block
        return out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag in {"li", "tr"}:
            self._end_block()
        if tag in {"ul", "ol"}:
            self._lists.append((tag, 0))
        elif tag == "li":
            self._start = self._bullet()
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self._start = "#" * max(int(tag[1]), 2) + " "
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "hr":
            self._blocks.append("---")
        elif tag == "a":
            self._href = dict(attrs).get("href") or ""
            self._words.append("[" if self._href else "")
        elif tag == "br":
            self._words.append("\n")
        elif tag in _BOLD | _ITALIC | {"code"}:
            self._words.append(_mark(tag))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._words.append(" – ")
        elif tag in _BOLD | _ITALIC | {"code"}:
            self._close(_mark(tag))
        elif tag == "a":
            self._words.append(f"]({self._href})" if self._href else "")
            self._href = ""
        if tag in _BLOCKS or tag in {"li", "tr"}:
            self._end_block()
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "blockquote":
            self._quotes -= 1

    def handle_data(self, data: str) -> None:
        self._words.append(_SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", data.replace("\xa0", " "))))

    def _bullet(self) -> str:
        kind, count = self._lists[-1] if self._lists else ("ul", 0)
        if self._lists:
            self._lists[-1] = (kind, count + 1)
        indent = "   " * max(len(self._lists) - 1, 0)
        return f"{indent}{count + 1}. " if kind == "ol" else f"{indent}- "

    def _close(self, mark: str) -> None:
        """End bold or italic; the mark stands next to a word or Markdown does not see it."""
        inner = ""
        while self._words and self._words[-1] != mark:
            inner = self._words.pop() + inner
        if self._words:
            self._words.pop()
        if inner.strip():
            head = inner[:len(inner) - len(inner.lstrip())]
            tail = inner[len(inner.rstrip()):]
            inner = f"{head}{mark}{inner.strip()}{mark}{tail}"
        self._words.append(inner)

    def _end_block(self) -> None:
        lines = [" ".join(line.split()) for line in "".join(self._words).split("\n")]
        lines = [line.removesuffix(" –") for line in lines if line.strip(" –")]
        self._words = []
        if not lines:
            return
        start, self._start = self._start, ""
        if not start:
            lines = [_LINE_STARTS.sub(_escaped_start, line) for line in lines]
        text = start + ("\\\n" + " " * len(start) * (not start.startswith("#"))).join(lines)
        if self._quotes:
            text = "\n".join("> " + line for line in text.split("\n"))
        self._blocks.append(text)


def _mark(tag: str) -> str:
    return "**" if tag in _BOLD else "*" if tag in _ITALIC else "`"


def _is_item(block: str) -> bool:
    return re.match(r"\s*(?:-|\d+\.) ", block.rpartition("\n")[2]) is not None


def _escaped_start(match: re.Match[str]) -> str:
    mark = match.group(2)
    escaped = mark[:-1] + "\\" + mark[-1] if len(mark) > 1 else "\\" + mark
    return match.group(1) + escaped
