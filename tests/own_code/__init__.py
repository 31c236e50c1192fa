"""Code that repos of tests bring along: copied into a snapshot, never imported from here."""
