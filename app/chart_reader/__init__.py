"""What a chart is made of: bytes in, facts out; no network, no disk."""
