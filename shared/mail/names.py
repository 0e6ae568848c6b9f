"""People's names as a mail may repeat them."""

import re

# A form that anybody can fill in with anybody's address would else carry advertisements to them as names.
_LINK = re.compile(r"://|www\.|[@\uff20\ufe6b]|\w\.[a-z]{2,}")


def greeting_name(name: str) -> str:
    """The name, or nothing where it poses as a link or an address."""
    return "" if _LINK.search(name) else " ".join(name.split())
