"""The demonstration server, and the conversation that it plays."""
