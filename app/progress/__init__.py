"""How news travels, from the process that syncs to the one that streams."""
