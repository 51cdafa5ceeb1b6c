"""What all of the store's own pages share: the frame, the look, and text that is always escaped. No script runs here."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qs

from server.practice_store.asgi import Request, Response

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --go: #0a6b4f; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h1 { font-size: 1.35rem; margin: .5rem 0; } h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
h3 { font-size: .95rem; margin: .75rem 0 .25rem; }
a { color: inherit; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .4rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-size: .8rem; font-weight: 600; opacity: .75; }
td.number, th.number { text-align: end; white-space: nowrap; }
form { margin: 0; } fieldset { border: 0; margin: 0; padding: 0; }
.row { display: flex; gap: .6rem; flex-wrap: wrap; align-items: end; margin: .5rem 0; }
.columns { display: grid; grid-template-columns: 3fr 2fr; gap: 1rem; align-items: start; }
@media (max-width: 900px) { .columns { grid-template-columns: 1fr; } }
section { border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1rem; margin: 0 0 1rem; }
details { border-top: 1px solid var(--line); padding: .55rem 0; }
summary { cursor: pointer; font-weight: 600; }
label { display: inline-flex; flex-direction: column; gap: .15rem; font-size: .8rem; }
label.tick { flex-direction: row; align-items: center; gap: .4rem; font-size: .9rem; min-height: 2.5rem; }
input, select, button { font: inherit; padding: .4rem .6rem; border-radius: .4rem; border: 1px solid var(--line); min-height: 2.5rem; }
input[type=number] { width: 5rem; } input.wide { width: 17rem; max-width: 100%; }
input[type=checkbox], input[type=radio] { min-height: 0; width: 1.1rem; height: 1.1rem; }
button { background: var(--go); color: #fff; border-color: transparent; cursor: pointer; }
button.quiet { background: none; color: inherit; border-color: var(--line); }
.status { border: 1px solid var(--line); background: var(--soft); border-radius: 1rem; padding: .05rem .6rem;
 font-size: .8rem; white-space: nowrap; }
.refused { border-inline-start: .3rem solid #b3261e; background: #b3261e1a; padding: .6rem .75rem; }
.small { font-size: .85rem; opacity: .8; }
"""


class Form:
    """What somebody filled in. Empty fields count as not filled in."""

    def __init__(self, request: Request) -> None:
        given = parse_qs(request.body.decode("utf-8", "replace"))
        self._given = {key: values[0].strip() for key, values in given.items()}

    def text(self, name: str) -> str | None:
        """Return what was typed; None for nothing."""
        return self._given.get(name) or None

    def ticked(self, name: str) -> bool:
        """Tell whether a box was ticked."""
        return name in self._given

    def units(self, name: str) -> int | None:
        """Return a whole number; None for nothing.

        Raises:
            ValueError: it is something else.
        """
        text = self.text(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 6:
            raise ValueError(f"{text} is not a number of units.")
        return int(text)

    def units_or_zero(self, name: str) -> int:
        """Return a number of any length; zero for nothing or something else."""
        text = self._given.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0

    def by_number(self, word: str) -> Mapping[int, int]:
        """Return the units in the fields called e.g. "ship:5632000", by the number in their names; zero is left out."""
        found = {}
        for name in self._given:
            start, _, number = name.partition(":")
            if start == word and number.isascii() and number.isdecimal():
                units = self.units(name)
                if units:
                    found[int(number)] = units
        return found


def text_of(value: str | None) -> str:
    """Return text safe between tags; nothing for nothing."""
    return f"<bdi>{escape(value)}</bdi>" if value else ""


def status_of(value: str | None) -> str:
    """Return a state as a small label."""
    return f'<span class="status">{escape((value or "-").replace("_", " ").lower())}</span>'


def field_of(label: str, name: str, value: str = "", *, kind: str = "text", more: str = "") -> str:
    """Return a labelled field. `more` is markup of ours: further attributes."""
    return (
        f'<label>{escape(label)}<input type="{kind}" name="{escape(name)}" value="{escape(value)}"'
        f" {more}></label>"
    )


def tick_of(label: str, name: str, *, ticked: bool = False) -> str:
    """Return a box to tick."""
    state = " checked" if ticked else ""
    return f'<label class="tick"><input type="checkbox" name="{escape(name)}"{state}> {escape(label)}</label>'


def form_of(action: str, button: str, fields: str = "", *, quiet: bool = False) -> str:
    """Return a form that is sent to `action`. `fields` is markup of ours."""
    look = ' class="quiet"' if quiet else ""
    return (
        f'<form method="post" action="{escape(action)}"><div class="row">{fields}'
        f"<button{look}>{escape(button)}</button></div></form>"
    )


def hidden(name: str, value: str) -> str:
    """Return a field that nobody sees."""
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def page_of(shop: str, title: str, content: str, status: int = 200) -> Response:
    """Return a whole page. `content` is markup of ours."""
    html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{escape(title)} · {escape(shop)}</title><style>{_STYLE}</style></head>
        <body><main><h1>{text_of(shop)}: {text_of(title)}</h1>{content}</main></body></html>"""
    return Response(status=status, body=html.encode(), headers=HEADERS)
