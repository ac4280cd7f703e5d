"""Chartroom beside a small registry of sample charts; the application knows nothing of it."""
