"""How Sphinx builds the documentation: ``make docs``.

Its source is the repository, not this folder: so the README and what else lies outside ``docs/`` are pages of the
site, and no link between them goes unchecked.
"""

project = "Footnote"
html_title = "Footnote"
root_doc = "docs/index"
extensions = ["myst_parser"]
include_patterns = ["docs/*", "*.md", "rag/models/*.md"]
exclude_patterns = [".*", "build", "eval", "seeds", "server", "tests"]  # no pages there: not even looked through
myst_heading_anchors = 4  # the levels of headings that a link may name
suppress_warnings = ["misc.highlighting_failure"]  # shown output is shortened with "…", which is no JSON
html_theme_options = {"font_family": "system-ui, sans-serif", "page_width": "70rem"}
html_copy_source = False
html_show_sphinx = False
