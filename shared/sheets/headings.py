"""How the words at the top of a column are compared: without case, accents, punctuation and marks of duty."""

import re
import unicodedata
from functools import lru_cache

_NOT_LETTERS = re.compile(r"[\W_]+")
LONGEST = 200


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Both of "Correo electrónico *" and "CORREO_ELECTRONICO" as "correo electronico"; without letters, as it is."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return _NOT_LETTERS.sub(" ", letters).strip() or text.strip()
