"""How the database came to its present shape, step by step, for SQLite and PostgreSQL alike."""
