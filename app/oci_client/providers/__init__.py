"""One file for each company that runs registries."""
