"""Runs somebody else's network, and where it is allowed its code, where it can do no harm.

Outside: ``runner`` (the door: ``Sandbox``), ``session``, ``staging``, ``ladder``, ``forkserver``,
``launcher``, ``cgroups``, ``watcher``, ``outcomes``. Inside: ``zygote`` (the fork server),
``guard`` (first process of a run), ``namespaces``, ``entry`` (runs the check). Both: ``wire``,
``channel``, ``plan``, ``kernel``, ``seccomp``, ``landlock``, ``limits``, ``attempts``. Nothing is
imported here, so that each side loads only what it needs.
"""
