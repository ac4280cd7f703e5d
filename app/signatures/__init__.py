"""Whose signature it is: keys and signed bytes in, verdicts out; no network."""
