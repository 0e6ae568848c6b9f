"""Crowds that come over HTTP to several api processes at once, while processes and servers die under them."""
