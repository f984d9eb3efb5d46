"""The specification as one HTML file that needs no other: for ``sphinx-build -b singlehtml -t single``.

After the build, ``aura-spec.html`` is made of the page: style sheets become part of it, scripts go, files to be
downloaded become addresses that hold them, and each section has an anchor of its own: where chapters have the same
one, such as ``constants``, the name of the chapter goes in front.
"""

import base64
import re
from collections import Counter
from pathlib import Path

from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx

NAME = "aura-spec.html"

_BASIC = re.compile(r'<link rel="stylesheet"[^>]*basic\.css[^>]*/?>')
_SHEET = re.compile(r'<link rel="stylesheet"[^>]*href="([^"?]+)[^"]*"[^>]*/?>')
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_OTHER_LINK = re.compile(r'<link rel="(?:index|search|next|prev|author|copyright)"[^>]*/?>')
_DOWNLOAD = re.compile(r'href="(?:\.\./)?(_downloads/[^"]+/([^"/]+))"')
_CHAPTER = re.compile(r'<span id="document-spec/([^"]+)"></span>')
_ID = re.compile(r'\bid="([^"]*)"')
_HERE = re.compile(r'href="#(?!document-)([^"]*)"')
_THERE = re.compile(r'href="#document-spec/([^"#]+)(?:#([^"]*))?"')


def _finish(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name != "singlehtml":
        return
    folder = Path(app.outdir)
    page = folder / f"{app.config.root_doc}.html"
    text = _BASIC.sub("", page.read_text(encoding="utf-8"))  # onepage.css says all that is needed
    text = _SHEET.sub(lambda found: _styled((folder / found[1]).read_text(encoding="utf-8")), text)
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    text = text.replace(
        "</head>", _styled(f"@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}") + "</head>"
    )
    text = _OTHER_LINK.sub("", _SCRIPT.sub("", text))
    text = text.replace(f'href="{page.relative_to(folder).as_posix()}#', 'href="#').replace(
        f'href="{page.name}#', 'href="#'
    )
    text = _anchored(text.replace('href=""', 'href="#"'))
    text = _DOWNLOAD.sub(lambda found: _data(folder / found[1], found[2]), text)
    if left := re.findall(r'(?:src|href)="(?!#|https?:|mailto:|data:)[^"]*"', text):
        raise ValueError(f"{NAME} still needs {', '.join(sorted(set(left)))}")
    (folder / NAME).write_text(text, encoding="utf-8")


def _anchored(text: str) -> str:
    """The page with anchors that occur once, and links that name nothing else."""
    front, *chapters = _CHAPTER.split(text)
    parts = [("", front), *zip(chapters[::2], chapters[1::2], strict=True)]
    often = {name for name, count in Counter(_ID.findall(text)).items() if count > 1}
    result = []
    for chapter, part in parts:
        own = {name: f"{chapter}-{name}" for name in often if chapter}
        named = _ID.sub(lambda found, own=own: f'id="{own.get(found[1], found[1])}"', part)
        linked = _HERE.sub(lambda found, own=own: f'href="#{own.get(found[1], found[1])}"', named)
        result += [f'<span id="{chapter}-chapter"></span>' if chapter else "", linked]
    return _THERE.sub(lambda found: f'href="#{_target(found[1], found[2], often)}"', "".join(result))


def _target(chapter: str, name: str | None, often: set[str]) -> str:
    if not name:
        return f"{chapter}-chapter"
    return f"{chapter}-{name}" if name in often else name


def _styled(sheet: str) -> str:
    return f"<style>\n{sheet}</style>\n"


def _data(path: Path, name: str) -> str:
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'download="{name}" href="data:application/json;base64,{content}"'


def setup(app: Sphinx) -> dict[str, bool]:
    """Entry point of the extension."""
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
