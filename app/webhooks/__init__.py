"""The door of webhooks: a registry's push notification in, a trigger out."""
