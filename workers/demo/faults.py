"""What can go wrong while the demo hub is built."""


class DemoError(Exception):
    """The demo hub cannot be built. The message is one plain sentence for people."""
