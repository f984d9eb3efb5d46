"""Settings of the documentation; build it with ``make docs``."""

import os
import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "AURA"
project_copyright = "the AURA contributors"
author = "the AURA contributors"
release = version = version_of("aura-codec")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "anchors",
    "diagram",
    "docstrings",
    "models",
    "playground",
    "registries",
    "rules",
    "wiretable",
]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}

html_theme = "furo"
html_title = f"AURA {release}"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["aura.css"]

# Address of the repository, such as https://github.com/OWNER/NAME, where one is published: pages then link to it.
repository = os.environ.get("AURA_REPOSITORY", "")
if repository:
    html_theme_options = {
        "source_repository": repository,
        "source_branch": "main",
        "source_directory": "docs/",
        "footer_icons": [{"name": "Repository", "url": repository, "html": "Repository", "class": ""}],
    }

copybutton_exclude = ".linenos, .gp, .go, .gt"  # only what one types: no prompts, no output

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False
napoleon_use_ivar = True

# Only the examples of the pages; those of the docstrings are run by pytest.
doctest_test_doctest_blocks = ""
doctest_global_setup = "import aura, aura_reference.message, aura_spec"

highlight_language = "text"  # literal blocks of the specification are pseudocode, no Python
nitpicky = True
# Names from outside the project, which nothing resolves: the documentation is built without a network.
nitpick_ignore_regex = [
    (
        "py:class",
        r"(collections|datetime|logging|numpy|io|os|pathlib|re|types|typing|construct|websockets|_typeshed)\..*",
    ),
    ("py:class", r"aura\.models\.training\.levels\.Level"),
    ("py:exc", "ConnectionClosed"),
    ("py:class", "BoundLogger"),
    (
        "py:.*",
        r"ReadableBuffer|WriteableBuffer|Application|Role|BytesLike|PathLike|Source|BinaryMode|Report|Redaction|OnAlerts|Connection|DataLike|HasSettings",
    ),
]

if tags.has("single"):  # noqa: F821  # given by Sphinx: the specification alone, on one page
    root_doc = "spec/index"
    include_patterns = ["spec/**"]
    extensions.append("onepage")
    html_title = f"AURA {release}: specification"
    html_theme = "basic"
    html_css_files = ["onepage.css", "aura.css"]
    html_sidebars = {"**": ["localtoc.html"]}
    html_show_sphinx = False
    nitpick_ignore_regex.append(("py:class", r"aura_spec\.context_model\.ContextModel"))  # of the API's page
    pygments_style = "friendly"
else:
    extensions.append("sphinx_copybutton")
