"""The Live screen: one snapshot, drawn as a header, tiles, charts and cards."""
