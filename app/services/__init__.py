"""What we do: one verb per file; no GraphQL, no HTTP server."""
