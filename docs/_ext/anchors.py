"""Ids for the links with which the pages of source code lead back to the API.

``viewcode`` makes these links with one name of the module for all that the module declares. Where one class of
``aura.cached`` is documented as ``aura``'s, the links of all others begin with ``aura`` as well.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx


def _add_short_ids(app: Sphinx, document: nodes.document) -> None:
    """Give what ``aura`` declares in its modules the id that it would have in ``aura`` itself."""
    if app.env.docname != "api":
        return
    signatures = list(document.findall(addnodes.desc_signature))
    taken = {name for signature in signatures for name in signature["ids"]}
    for signature in signatures:
        name = f"aura.{signature.get('fullname', '')}"
        if (signature.get("module") or "").startswith("aura.") and name not in taken:
            signature["ids"].append(name)
            taken.add(name)


def setup(app: Sphinx) -> dict[str, bool]:
    """Entry point of the extension."""
    app.connect("doctree-read", _add_short_ids)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
