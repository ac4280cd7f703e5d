"""The chart store over OCI registries."""
