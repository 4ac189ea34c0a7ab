"""Templates of the floor: as many bytes as its page is said to have, most of them constant."""

from __future__ import annotations

HEAD = (
    "<!doctype html><html lang=de><head><meta charset=utf-8><title>floor</title></head><body>"
    "<nav><ul>" + '<li><a href="/c/x">An entry of the menu</a></li>' * 30 + "</ul></nav>"
)
CARD = '<p class="card-text">' + "Words that stand for picture, stamps and stock. " * 11 + "</p>"
LIST = """{{ head|safe }}<h1>{{ name }}</h1>
{% for row in rows %}<article><h3><a href="/p/{{ row.slug }}">{{ row.name }}</a></h3>
<data value="{{ row.low_minor }}">{{ '%.2f'|format(row.low_minor / 100) }} €</data>{{ card|safe }}
</article>{% endfor %}</body></html>"""
PRODUCT = """{{ head|safe }}<h1>{{ one.name }}</h1><p>{{ one.summary }}</p>
<data value="{{ price }}">{{ '%.2f'|format(price / 100) }} €</data>
<form><select>{% for variant in variants %}<option value="{{ variant.sku }}">{{ variant.sku }}
</option>{% endfor %}</select></form><div>{{ one.description }}</div>
{% for _ in range(24) %}{{ card|safe }}{% endfor %}</body></html>"""
