"""The door of jobs: a queued job in, a service call out."""
