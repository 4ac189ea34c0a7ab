"""How templates are looked up: Flask's way, with the globals of a template in one plain dict."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class ShopEnvironment(Environment):
    """Jinja compares the globals of a template at every import; a chain of maps makes that slow.

    Everything global is therefore registered before the first template is loaded.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's globals with the template's own over them."""
        return {**self.globals, **(d or {})}
