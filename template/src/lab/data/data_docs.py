"""Data Docs, a web page: what Great Expectations says of each rule, in its own words.

The site that it builds itself asks a dozen servers for styles, scripts, fonts and a logo: without the web it is empty,
with the web it tells them who reads it. And it takes values of the data for HTML.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import pass_context


class View(DefaultJinjaPageView):
    @pass_context
    def render_content_block(self, context: Any, content_block: Any, *arguments: Any, **options: Any) -> Any:
        """As its parent does, but text, which may be a value of the data, is text."""
        if isinstance(content_block, str):
            return escape(content_block)
        return super().render_content_block(context, content_block, *arguments, **options)


def page(name: str, result: Any, report: dict[str, Any]) -> str:
    """HTML of ``result``, an ``ExpectationSuiteValidationResult``, of which ``report`` is the summary."""
    document = ValidationResultsPageRenderer().render(result)
    document.sections = document.sections[1:]  # the first is an overview, which links to other pages of its site
    for section in document.sections:
        section.content_blocks = section.content_blocks[1:]  # the first is a heading
    view = View(custom_views_directory=Path(__file__).parent)
    return view.render(document, template="data_docs.j2", name=name, report=report)
