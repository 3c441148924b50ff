"""The drawn cell network and its page."""
