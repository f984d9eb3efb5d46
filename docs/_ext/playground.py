"""Puts the playground into the site: the page that the Python package holds, and the models beside it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FILES = {
    "playground.html": "index.html",
    "playground.js": "playground.js",
    "offline.js": "offline.js",
    "pages.css": "pages.css",
}
MODELS = ("small.aura", "default.aura")


def write_playground(app: Sphinx, exception: Exception | None) -> None:
    """Copy what a browser loads."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir) / "playground"
    folder.mkdir(exist_ok=True)
    data = resources.files("aura").joinpath("data")
    for name, target in FILES.items():
        (folder / target).write_bytes(data.joinpath("pages", name).read_bytes())
    for name in MODELS:
        (folder / name).write_bytes(data.joinpath(name).read_bytes())


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", write_playground)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
