"""The pages of the documentation, and their states."""


def addresses() -> dict[str, str]:
    """Return the address of each page."""
    return {
        "doc-home": "/docs",
        "doc-home-found": "/docs?q=tolerance",
        "doc-home-nothing": "/docs?q=nothing-like-it",
        "doc-home-attacked": "/docs?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "doc-show": "/docs/start",
        "doc-show-api": "/docs/api",
        "doc-show-python": "/docs/evidence",
        "doc-show-check": "/docs/checks/backdoors",
    }
