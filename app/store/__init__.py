"""What we keep. Nobody above writes SQL."""
