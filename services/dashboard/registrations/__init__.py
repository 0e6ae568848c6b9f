"""The page of registrations: finding people, helping one along, adding, importing and taking lists away."""
