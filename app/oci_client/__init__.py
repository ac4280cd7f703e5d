"""How registries speak. Imports nothing else of app."""
