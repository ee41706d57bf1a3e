"""A real OpenID Connect provider for tests, started on loopback."""
