"""Model cards as safe HTML, rendered once and stored."""

from registry.cards.rendering import VERSION, Mark, Rendered, render
from registry.cards.storing import rendered

__all__ = ["VERSION", "Mark", "Rendered", "render", "rendered"]
