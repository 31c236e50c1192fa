"""Search: what lists of models are asked, and the read side that answers."""
