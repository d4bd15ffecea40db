"""Renders forms from our templates first, from Django's own after them."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template import TemplateDoesNotExist
from django.template.loader import get_template


class Renderer(DjangoTemplates):
    """Django's form renderer looks only into its own folder; ours finds `ui/…` as well."""

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("ui/"):
            try:
                return get_template(template_name)
            except TemplateDoesNotExist:
                pass
        return super().get_template(template_name)
