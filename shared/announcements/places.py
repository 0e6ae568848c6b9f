"""Cities and countries by name, in English, French and Spanish, and the time zone that their clocks keep."""

from functools import cache

from babel import Locale
from babel.core import get_global

from shared.announcements.wording import phrase
from shared.timezones import is_zone, place_name, zone_names

_LANGUAGES = ("en", "fr", "es")
# Countries of several zones whose "local time" nonetheless means one of them.
_CAPITAL_ZONES = {
    "ES": "Europe/Madrid",
    "PT": "Europe/Lisbon",
    "DE": "Europe/Berlin",
    "CL": "America/Santiago",
    "EC": "America/Guayaquil",
    "AR": "America/Argentina/Buenos_Aires",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "CN": "Asia/Shanghai",
    "MY": "Asia/Kuala_Lumpur",
    "CY": "Asia/Nicosia",
    "UA": "Europe/Kyiv",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
}
# The zone database names one city per zone; these are others that announcements name.
_MORE_CITIES = {
    "Europe/Madrid": "Barcelona, Valencia, Sevilla, Seville, Bilbao, Zaragoza, Málaga, Granada, peninsular, península",
    "Europe/Paris": "Lyon, Marseille, Bordeaux, Lille, Nantes, Toulouse, Strasbourg, Grenoble, Rennes, Nice",
    "Europe/Brussels": "Ghent, Gent, Gand, Antwerp, Anvers, Liège, Leuven, Louvain, Bruges, Namur",
    "Europe/Amsterdam": "Rotterdam, The Hague, La Haye, La Haya, Utrecht, Eindhoven",
    "Europe/Berlin": "Hamburg, Hambourg, Munich, Múnich, Cologne, Colonia, Frankfurt, Bonn, Leipzig, Dresden",
    "Europe/Rome": "Milan, Milano, Milán, Turin, Turín, Naples, Nápoles, Bologna, Florence, Florencia, Venice, Genoa",
    "Europe/Zurich": "Geneva, Genève, Ginebra, Lausanne, Basel, Bâle, Basilea, Bern, Berne, Berna",
    "Europe/London": "Manchester, Birmingham, Leeds, Glasgow, Edinburgh, Bristol, Liverpool, Cardiff, Belfast, "
    "UK, U.K., Britain, England, Scotland, Wales, Royaume-Uni, Reino Unido",
    "Europe/Dublin": "Cork, Galway",
    "Europe/Lisbon": "Porto, Oporto, Braga, Coimbra",
    "Europe/Vienna": "Graz, Linz, Salzburg",
    "Europe/Warsaw": "Kraków, Krakow, Gdańsk, Wrocław, Łódź, Poznań",
    "Europe/Stockholm": "Gothenburg, Malmö, Göteborg",
    "Europe/Oslo": "Bergen, Trondheim",
    "Europe/Helsinki": "Tampere, Espoo, Turku",
    "Europe/Istanbul": "Ankara, Izmir",
    "Europe/Athens": "Thessaloniki",
    "Africa/Casablanca": "Rabat, Marrakech, Tangier, Tanger",
    "Africa/Lagos": "Abuja, Ibadan",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria, Tshwane, Le Cap, Ciudad del Cabo",
    "Africa/Nairobi": "Mombasa, Kisumu",
    "Africa/Dar_es_Salaam": "Dodoma, Arusha",
    "Africa/Abidjan": "Yamoussoukro",
    "Africa/Douala": "Yaoundé",
    "America/New_York": "Boston, Washington, Washington DC, Philadelphia, Miami, Atlanta, Nueva York, Baltimore",
    "America/Chicago": "Houston, Dallas, Austin, Minneapolis, New Orleans, Milwaukee",
    "America/Los_Angeles": "San Francisco, Seattle, San Diego, Portland, Oakland",
    "America/Toronto": "Ottawa, Montreal, Montréal, Québec, Quebec",
    "America/Vancouver": "Victoria",
    "America/Mexico_City": "Mexico City, Ciudad de México, CDMX, Guadalajara, Puebla",
    "America/Bogota": "Medellín, Cali, Barranquilla, Cartagena",
    "America/Guayaquil": "Quito, Cuenca",
    "America/Santiago": "Valparaíso, Concepción, Santiago de Chile",
    "America/Argentina/Buenos_Aires": "Rosario, La Plata, Mendoza, Córdoba",
    "America/Sao_Paulo": "Rio de Janeiro, Río de Janeiro, Brasilia, Brasília, Belo Horizonte, Curitiba, Porto Alegre",
    "America/Lima": "Cusco, Arequipa",
    "America/La_Paz": "Cochabamba, Sucre",
    "Asia/Kolkata": "Delhi, New Delhi, Mumbai, Bangalore, Bengaluru, Chennai, Hyderabad, Pune, Nueva Delhi",
    "Asia/Shanghai": "Beijing, Pékin, Pekín, Guangzhou, Shenzhen, Wuhan",
    "Asia/Tokyo": "Osaka, Kyoto, Yokohama",
    "Asia/Dubai": "Abu Dhabi",
    "Asia/Jakarta": "Surabaya, Bandung",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Ho_Chi_Minh": "Hanoi",
    "Asia/Jerusalem": "Tel Aviv, Haifa",
    "Australia/Sydney": "Canberra",
    "Pacific/Auckland": "Wellington, Christchurch",
}


@cache
def _cities() -> dict[str, str]:
    """The bare name of every known city to its zone."""
    known = {phrase(place_name(zone)): zone for zone in sorted(zone_names()) if zone != "UTC"}
    for language in _LANGUAGES:
        for zone, names in Locale(language).time_zones.items():
            if is_zone(zone) and "city" in names:
                known[phrase(names["city"])] = zone
    known |= {phrase(name): zone for zone, names in _MORE_CITIES.items() for name in names.split(",")}
    return {name: zone for name, zone in known.items() if len(name) > 1}


@cache
def _countries() -> dict[str, str | None]:
    """The bare name of every country to the zone it keeps, None where it keeps several."""
    zones = get_global("territory_zones")
    known: dict[str, str | None] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                of_country = zones.get(code, [])
                single = of_country[0] if len(of_country) == 1 and is_zone(of_country[0]) else None
                known[phrase(name)] = _CAPITAL_ZONES.get(code, single)
    return known | {"usa": None, "us": None}


def zone_of_place(name: str) -> str | None:
    """The zone of a city, or of a country that keeps one time; None for a name that is neither."""
    bare = phrase(name)
    return _cities().get(bare) or _countries().get(bare)


def is_city(name: str) -> bool:
    return phrase(name) in _cities()


def is_country_name(name: str) -> bool:
    return phrase(name) in _countries()
