"""What the people of the sample are made of: places, names, employers, and where they heard of it."""

from typing import NamedTuple


class City(NamedTuple):
    """`names`: which of NAMES people there may have; `weight`: how many of them come."""

    name: str
    country: str
    zone: str
    language: str
    names: str
    weight: int


CITIES = [
    City("Barcelona", "ES", "Europe/Madrid", "es", "es", 9),
    City("Madrid", "ES", "Europe/Madrid", "es", "es", 5),
    City("Lisboa", "PT", "Europe/Lisbon", "en", "pt", 4),
    City("Paris", "FR", "Europe/Paris", "fr", "fr", 6),
    City("Lyon", "FR", "Europe/Paris", "fr", "fr", 3),
    City("Bruxelles", "BE", "Europe/Brussels", "fr", "fr", 4),
    City("London", "GB", "Europe/London", "en", "en", 7),
    City("Glasgow", "GB", "Europe/London", "en", "en", 2),
    City("Berlin", "DE", "Europe/Berlin", "en", "de", 5),
    City("Wien", "AT", "Europe/Vienna", "en", "de", 3),
    City("Malmö", "SE", "Europe/Stockholm", "en", "nordic", 2),
    City("Warszawa", "PL", "Europe/Warsaw", "en", "pl", 4),
    City("Athína", "GR", "Europe/Athens", "en", "gr", 3),
    City("Tunis", "TN", "Africa/Tunis", "fr", "ar", 4),
    City("Amman", "JO", "Asia/Amman", "en", "ar", 3),
    City("Cairo", "EG", "Africa/Cairo", "en", "ar", 3),
    City("Dakar", "SN", "Africa/Dakar", "fr", "west", 4),
    City("Accra", "GH", "Africa/Accra", "en", "west", 3),
    City("Nairobi", "KE", "Africa/Nairobi", "en", "east", 5),
    City("Kigali", "RW", "Africa/Kigali", "en", "east", 4),
    City("Cape Town", "ZA", "Africa/Johannesburg", "en", "en", 3),
    City("Dhaka", "BD", "Asia/Dhaka", "en", "south", 5),
    City("Bengaluru", "IN", "Asia/Kolkata", "en", "south", 5),
    City("Jakarta", "ID", "Asia/Jakarta", "en", "south", 3),
    City("Manila", "PH", "Asia/Manila", "en", "es", 5),
    City("Seoul", "KR", "Asia/Seoul", "en", "kr", 3),
    City("Tokyo", "JP", "Asia/Tokyo", "en", "jp", 3),
    City("Melbourne", "AU", "Australia/Melbourne", "en", "en", 2),
    City("Bogotá", "CO", "America/Bogota", "es", "es", 6),
    City("Medellín", "CO", "America/Bogota", "es", "es", 4),
    City("Quito", "EC", "America/Guayaquil", "es", "es", 3),
    City("Ciudad de México", "MX", "America/Mexico_City", "es", "es", 5),
    City("Buenos Aires", "AR", "America/Argentina/Buenos_Aires", "es", "es", 5),
    City("São Paulo", "BR", "America/Sao_Paulo", "en", "pt", 4),
    City("Montréal", "CA", "America/Toronto", "fr", "fr", 3),
    City("New York", "US", "America/New_York", "en", "en", 4),
    City("Los Angeles", "US", "America/Los_Angeles", "en", "en", 3),
]

# Given names and family names.
NAMES: dict[str, tuple[list[str], list[str]]] = {
    "es": (
        ["Lucía", "Mateo", "Núria", "Andrés", "Valentina", "Joaquín", "Pilar", "Rosa", "Diego", "Marisol"],
        ["Ferrer", "Quintana", "Vidal", "Restrepo", "Morales", "Ibáñez", "Santos", "Peralta", "Roca"],
    ),
    "pt": (["Inês", "Tiago", "Beatriz", "Rui", "Camila", "Otávio"], ["Carvalho", "Nogueira", "Matos", "Ribeiro"]),
    "fr": (
        ["Claire", "Mathieu", "Aïcha", "Étienne", "Solène", "Karim", "Maëlle"],
        ["Fontaine", "Lemaire", "Diallo", "Roussel", "Tremblay", "Peeters"],
    ),
    "en": (
        ["Joanna", "Callum", "Priya", "Thandi", "Owen", "Grace", "Sipho", "Hazel", "Marcus"],
        ["Mills", "Okafor", "Reid", "Patel", "Dlamini", "Harper", "Nguyen", "Walsh"],
    ),
    "de": (["Annika", "Jonas", "Leyla", "Moritz", "Katharina"], ["Brandt", "Yılmaz", "Hofer", "Krüger", "Weiß"]),
    "nordic": (["Freja", "Nils", "Sanna", "Oskar"], ["Lindqvist", "Åberg", "Holm"]),
    "pl": (["Agnieszka", "Tomasz", "Zofia", "Łukasz"], ["Nowicka", "Zieliński", "Wójcik"]),
    "gr": (["Eleni", "Nikos", "Dimitra"], ["Papadaki", "Georgiou", "Vlachos"]),
    "ar": (["ليلى", "Youssef", "نور", "Amina", "Tarek", "هالة"], ["حداد", "Benali", "Mansour", "الخطيب", "Saïdi"]),
    "west": (["Awa", "Kwame", "Fatou", "Kofi", "Mariama"], ["Ndiaye", "Mensah", "Sarr", "Boateng"]),
    "east": (["Wanjiru", "Eric", "Aline", "Otieno", "Diane"], ["Kamau", "Uwase", "Ochieng", "Mugisha"]),
    "south": (["Arjun", "Nusrat", "Meera", "Budi", "Farhana", "Dewi"], ["Rahman", "Iyer", "Santoso", "Das", "Putri"]),
    "kr": (["Ji-woo", "Min-jun", "Seo-yeon"], ["Kim", "Park", "Choi"]),
    "jp": (["Haruka", "Yuki", "Kenji"], ["Sato", "Tanaka", "Mori"]),
}

ORGANISATIONS = [
    "City council", "Climate office", "Public works", "University", "Regional government", "Parks department",
    "Public health department", "Transport agency", "Ministry", "Neighbourhood association", "Design studio",
]  # fmt: skip

# None: they came directly.
SOURCES: list[tuple[str | None, int]] = [
    ("newsletter", 9), (None, 8), ("partner-cities", 6), ("linkedin.com", 4), ("cities.example.org", 3), ("poster", 1),
]  # fmt: skip
