"""Which release this is: one number, for the API's document, the System page and pyproject.toml (a test compares)."""

RELEASE = "0.1.0"
