"""What columns are called in the lists that people keep, in the languages they keep them in.

Small letters, without accents and punctuation: `shared.sheets.folded` compares them.
"""

from shared.sheets import folded

ADDRESS = "address"
NAME = "name"
FIRST_NAME = "first_name"
LAST_NAME = "last_name"
ORGANISATION = "organisation"
CITY = "city"
COUNTRY = "country"
AUDIENCE = "audience"
LANGUAGE = "language"
TIME_ZONE = "time_zone"
CAME_FROM = "came_from"
STATUS = "status"

HEADINGS: dict[str, frozenset[str]] = {
    ADDRESS: frozenset({
        "address", "e mail", "email", "mail", "e mail address", "email address", "mail address", "your email",
        "work email", "contact email", "user email", "participant email", "attendee email", "correo",
        "correo electronico", "direccion de correo", "direccion de correo electronico", "direccion electronica",
        "direccion email", "direccion de email", "email de contacto", "correo de contacto", "e correo",
        "tu correo electronico", "courriel", "adresse e mail", "adresse email", "adresse mail",
        "adresse electronique", "adresse courriel", "adresse de courriel", "adresse de messagerie", "mel",
        "votre email", "courrier electronique", "e mail adresse", "email adresse", "mailadresse", "emailadresse",
        "correu", "correu electronic", "adreca electronica", "endereco de e mail", "endereco de email",
        "endereco eletronico", "correio eletronico", "indirizzo e mail", "indirizzo email", "posta elettronica",
        "e mailadres", "emailadres", "البريد الالكتروني", "電子郵件", "电子邮件", "メールアドレス", "электронная почта",
        "адрес электронной почты",
    }),
    NAME: frozenset({
        "name", "full name", "fullname", "your name", "complete name", "name and surname", "first and last name",
        "participant", "participant name", "attendee", "attendee name", "registrant", "display name", "person",
        "nombre completo", "nombre y apellidos", "nombre y apellido", "apellidos y nombre", "nombre apellidos",
        "nombre del participante", "participante", "asistente", "persona", "nom complet", "nom et prenom",
        "prenom et nom", "nom prenom", "prenom nom", "nom et prenoms", "nom du participant", "vollstandiger name",
        "vor und nachname", "teilnehmer", "nom i cognoms", "nome completo", "nome e cognome", "nome e sobrenome",
        "naam", "volledige naam", "الاسم", "الاسم الكامل", "姓名", "氏名", "имя и фамилия", "фио",
    }),
    FIRST_NAME: frozenset({
        "first name", "firstname", "given name", "given names", "forename", "first names", "nombre", "nombres",
        "nombre de pila", "primer nombre", "prenom", "prenoms", "vorname", "nome", "voornaam", "имя", "الاسم الاول",
    }),
    LAST_NAME: frozenset({
        "last name", "lastname", "surname", "family name", "last names", "surnames", "apellido", "apellidos",
        "primer apellido", "nom", "nom de famille", "nachname", "familienname", "cognome", "cognoms", "sobrenome",
        "apelido", "achternaam", "фамилия", "اسم العائلة", "اللقب",
    }),
    ORGANISATION: frozenset({
        "organisation", "organization", "company", "institution", "employer", "affiliation", "organisation name",
        "organization name", "company name", "entity", "city council", "municipality", "organizacion", "empresa",
        "institucion", "entidad", "organismo", "afiliacion", "centro de trabajo", "nombre de la organizacion",
        "ayuntamiento", "societe", "entreprise", "etablissement", "structure", "organisme", "collectivite", "firma",
        "unternehmen", "einrichtung", "organizzazione", "azienda", "ente", "organitzacio", "entitat", "organizacao",
        "instituicao", "organisatie", "bedrijf", "المنظمة", "المؤسسة", "организация",
    }),
    CITY: frozenset({
        "city", "town", "location", "place", "city town", "town city", "ciudad", "municipio", "localidad",
        "poblacion", "ville", "commune", "localite", "stadt", "ort", "citta", "comune", "ciutat", "municipi",
        "cidade", "plaats", "stad", "المدينة", "城市", "город",
    }),
    COUNTRY: frozenset({
        "country", "country code", "nation", "country region", "country or region", "pais", "codigo de pais",
        "codigo pais", "pays", "code pays", "land", "paese", "البلد", "الدولة", "国家", "страна",
    }),
    AUDIENCE: frozenset({
        "audience", "group", "target group", "profile", "category", "participant type", "type of participant",
        "publico", "grupo", "perfil", "categoria", "tipo de participante", "colectivo", "profil", "categorie",
        "groupe", "type de participant", "zielgruppe", "gruppe",
    }),
    LANGUAGE: frozenset({
        "language", "preferred language", "mail language", "lang", "locale", "idioma", "lengua", "idioma preferido",
        "langue", "langue preferee", "sprache", "lingua", "llengua", "taal", "язык", "اللغة",
    }),
    TIME_ZONE: frozenset({
        "time zone", "timezone", "tz", "zona horaria", "huso horario", "fuseau horaire", "zeitzone", "fuso orario",
        "fus horari", "fuso horario", "tijdzone",
    }),
    CAME_FROM: frozenset({
        "came from", "utm source",
    }),
    STATUS: frozenset({
        "status", "registration status", "estado", "statut", "etat",
}),
}  # fmt: skip
FIELD_OF = {folded(heading): field for field, headings in HEADINGS.items() for heading in headings}
CANCELLED = frozenset({
        "cancelled", "canceled", "cancelado", "cancelada", "anulado", "anulada", "annule", "annulee", "declined",
        "withdrawn",
})  # fmt: skip
