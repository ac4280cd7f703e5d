"""The door of GraphQL: GraphQL in, GraphQL out; no rule lives here."""
