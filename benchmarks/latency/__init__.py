"""Change committed in a force's warehouse to accepted by the provider, all forces live."""
