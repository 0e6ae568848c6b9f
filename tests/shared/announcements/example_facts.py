"""The facts of each example announcement, and the codes of the remarks on it."""

from datetime import date, datetime

from shared.announcements import Announcement
from shared.schemas.programme import ItemKind, Part
from tests.shared.announcements.facts import item, person

EXPECTED = {
    "rain-gardens-webinar.md": Announcement(
        calendar="City green calendar",
        title="Rain gardens that people keep alive",
        form="webinar",
        starts_on=date(2026, 5, 14),
        ends_on=date(2026, 5, 14),
        starts_at_local=datetime(2026, 5, 14, 14, 0),
        time_zone="Europe/London",
        time_text="2pm – 3.15pm (UK time)",
        minutes=75,
        introduction=(
            "Many towns have planted rain gardens in the last ten years. *Few of them* know who waters, weeds and "
            "mends them after the ribbon is cut.\n\nThe Green Streets Network and Northmoor University invite you to "
            "look at **three gardens that still work**, and at one that does not."
        ),
        contents=[
            "Choosing plants that forgive a dry summer",
            "Contracts that pay for care, not only for planting",
            "What neighbours do better than contractors",
        ],
        audiences=["Parks and drainage officers", "Elected members for the environment", "Residents' groups"],
        programme=[
            item("Welcome", ItemKind.WELCOME, 5),
            item(
                "Ten years of one street",
                ItemKind.TALK,
                20,
                person("Dr. Priya Nair", role="Senior Lecturer", organisation="Northmoor University"),
            ),
            item(
                "Paying for weeding",
                ItemKind.TALK,
                20,
                person("Tom Okafor", role="Head of Parks", organisation="Eastbridge Council"),
            ),
            item("Questions and answers", ItemKind.QUESTIONS, 25),
            item("Closing", ItemKind.CLOSING, 5),
        ],
        people=[person("Helen Marsh", role="Director", organisation="Green Streets Network", part=Part.MODERATOR)],
        hosts=["Green Streets Network", "Northmoor University"],
        is_free=True,
        is_open_to_all=True,
        languages=["en"],
        text_language="en",
        registration_url="https://forms.example.org/rain-gardens",
        location="Online",
    ),
    "mobility-briefing.txt": Announcement(
        title="Night buses for small towns",
        form="info session",
        starts_on=date(2026, 6, 10),
        ends_on=date(2026, 6, 10),
        starts_at_local=datetime(2026, 6, 10, 9, 45),
        time_zone="Europe/London",
        time_text="Wednesday, 10 June 2026, 9.45 BST / 10.45 CEST",
        minutes=60,
        introduction=(
            "Small towns lose their young people at ten in the evening, when the last bus has gone. Four towns have "
            "changed that without a new depot. The briefing tells how they paid for it."
        ),
        audiences=["Town councillors", "Bus operators", "Planners in counties and regions"],
        programme=[
            item("Welcome", ItemKind.WELCOME, 5, at="09:45"),
            item(
                "What a night bus costs",
                ItemKind.TALK,
                20,
                person("Marta Lindqvist", organisation="Institute for Rural Transport"),
                at="09:50",
            ),
            item(
                "The Harwick line",
                ItemKind.TALK,
                20,
                person("Colin Reid", role="Transport Officer", organisation="Harwick Town Council"),
                at="10:10",
            ),
            item("Discussion", ItemKind.QUESTIONS, 15, at="10:30"),
        ],
        hosts=["Institute for Rural Transport", "Harwick Town Council"],
        is_free=True,
        languages=["en"],
        text_language="en",
        places=120,
        registration_url="https://events.example.org/night-buses",
        location="online",
    ),
    "ateliers-du-littoral.md": Announcement(
        title="Le trait de côte recule, et nous ?",
        form="workshop",
        starts_on=date(2026, 3, 3),
        ends_on=date(2026, 3, 4),
        starts_at_local=datetime(2026, 3, 3, 9, 30),
        time_zone="Europe/Paris",
        time_text="9h30 à 12h30 le premier jour, de 9h00 à 12h00",
        minutes=1590,
        introduction=(
            "Le littoral perd en moyenne un mètre par an. Les communes doivent décider aujourd'hui de ce qu'elles "
            "protégeront demain, et de ce qu'elles laisseront à la mer.\n\nLe Syndicat des Rivages et l'Université "
            "de l'Estuaire organisent deux journées de travail avec des élus, des habitants et des ingénieurs."
        ),
        contents=["Mesurer le recul", "Parler aux propriétaires", "Financer le déplacement"],
        audiences=["Élus et techniciens des communes littorales", "Services de l'État", "Associations d'habitants"],
        programme=[
            item("Accueil café", ItemKind.WELCOME, 30, at="09:30"),
            item(
                "Ce que disent les mesures",
                ItemKind.TALK,
                60,
                person("Yann Le Goff", organisation="Université de l'Estuaire"),
                at="10:00",
            ),
            item(
                "Table ronde",
                ItemKind.PANEL,
                90,
                person("Claire Morvan", organisation="Commune de Saint-Alban"),
                person("Idir Benali", organisation="Syndicat des Rivages"),
                person("Sophie Tanguy", part=Part.MODERATOR),
                at="11:00",
            ),
            item("Visite de la digue", ItemKind.OTHER, 150, day=2, at="09:00"),
            item("Clôture", ItemKind.CLOSING, 30, day=2, at="11:30"),
        ],
        hosts=["Syndicat des Rivages", "Université de l'Estuaire"],
        is_free=False,
        price_text="45 € par personne, repas compris",
        languages=["fr"],
        text_language="fr",
        places=40,
        registration_url="https://inscription.example.org/littoral",
        registration_closes_on=date(2026, 2, 20),
        location="Maison des Deux Estuaires, 12 quai des Brumes, Saint-Alban",
    ),
    "presupuestos-participativos.md": Announcement(
        title="Presupuestos participativos sin papel",
        form="webinar",
        starts_on=date(2026, 10, 15),
        ends_on=date(2026, 10, 15),
        starts_at_local=datetime(2026, 10, 15, 17, 0),
        time_zone="Europe/Madrid",
        time_text="15 de octubre de 2026, a las 17.00 h (hora peninsular española)",
        minutes=70,
        introduction=(
            "Votar desde el móvil ha duplicado la participación en algunos barrios y la ha hundido en otros. ¿De qué "
            "depende?\n\nLa Red de Municipios Abiertos y el Ayuntamiento de Valdeluna organizan este webinario para "
            "comparar cinco experiencias."
        ),
        contents=[
            "Quién vota y quién deja de votar",
            "Cómo se comprueba la identidad",
            "Qué se hace con los votos en papel",
        ],
        audiences=["Concejalas y concejales", "Personal técnico de participación", "Entidades vecinales"],
        programme=[
            item(
                "Bienvenida", ItemKind.WELCOME, 5, person("Andrés Pozo", role="alcalde", city="Valdeluna"), at="17:00"
            ),
            item(
                "Cinco ciudades, cinco urnas",
                ItemKind.TALK,
                25,
                person("Dra. Inés Quiroga", organisation="Universidad del Valle Alto"),
                at="17:05",
            ),
            item(
                "La urna en el móvil",
                ItemKind.TALK,
                20,
                person("Marcos Vidal", role="Jefe de Innovación", organisation="Ayuntamiento de Valdeluna"),
                at="17:30",
            ),
            item("Preguntas y respuestas", ItemKind.QUESTIONS, 15, at="17:50"),
            item("Cierre", ItemKind.CLOSING, 5, at="18:05"),
        ],
        people=[
            person("Lucía Herrero", role="coordinadora", organisation="Red de Municipios Abiertos", part=Part.MODERATOR)
        ],
        hosts=["Red de Municipios Abiertos", "Ayuntamiento de Valdeluna"],
        is_free=True,
        is_open_to_all=True,
        languages=["es", "fr"],
        text_language="es",
        places=60,
        registration_url="https://inscripciones.example.org/sin-papel",
        registration_closes_on=date(2026, 10, 9),
        location="en línea",
    ),
    "heat-workshop.txt": Announcement(
        title="Reading a heat map",
        form="workshop",
        starts_on=date(2026, 7, 7),
        ends_on=date(2026, 7, 7),
        starts_at_local=datetime(2026, 7, 7, 10, 0),
        time_zone="America/New_York",
        time_text="10:00 - 12:30 EST",
        minutes=150,
        introduction=(
            "A heat map looks like an answer. It is a question: which of the red streets do we cool first? "
            "Participants bring the map of their own district and leave with a ranked list."
        ),
        audiences=["Urban planners", "Public health officers", "Students"],
        programme=[
            item("Opening", ItemKind.WELCOME, 10, at="10:00"),
            item(
                "How the colours are made",
                ItemKind.TALK,
                50,
                person("Rosa Delgado", role="Data Analyst", organisation="Lakeside Climate Lab"),
                at="10:10",
            ),
            item("Break", ItemKind.BREAK, 15, at="11:00"),
            item("Hands-on exercise", ItemKind.OTHER, 60, at="11:15"),
            item("Wrap-up", ItemKind.CLOSING, 15, at="12:15"),
        ],
        hosts=["Lakeside Climate Lab", "Society for Urban and Regional Health"],
        is_free=False,
        price_text="USD 40 (students USD 10)",
        languages=["en"],
        text_language="en",
        places=25,
        registration_url="https://tickets.example.org/heat-map",
        registration_closes_on=date(2026, 7, 1),
        location="Online",
    ),
    "winter-cycling.md": Announcement(
        title="Cycling through the winter",
        form="meeting",
        starts_on=date(2026, 1, 20),
        ends_on=date(2026, 1, 20),
        starts_at_local=datetime(2026, 1, 20, 15, 0),
        time_zone="Europe/Brussels",
        time_text="Tuesday 20 January 2026, 15:00–16:30 CET",
        minutes=90,
        introduction=(
            "Snow is not what keeps people off their bicycles: darkness, ice and unswept paths are. Three northern "
            "cities show their figures."
        ),
        contents=["Which paths to clear first", "Light without glare"],
        audiences=["Road managers", "Cycling associations", "Councillors"],
        programme=[
            item(
                "Welcome",
                ItemKind.WELCOME,
                5,
                person("Bart Claes", role="Alderman for Mobility", organisation="City of Oostveld"),
            ),
            item("Clearing paths before six", ItemKind.TALK, 20, person("Aino Laine", organisation="City of Pohjala")),
            item(
                "Light without glare",
                ItemKind.TALK,
                20,
                person("Prof. Greta Holm", organisation="Institute of Lighting"),
            ),
            item(
                "Panel discussion", ItemKind.PANEL, 30, person("Aino Laine"), person("Greta Holm"), person("Bart Claes")
            ),
            item("Conclusions", ItemKind.CONCLUSIONS, 15),
        ],
        hosts=["Cold Cities Club", "City of Oostveld"],
        is_free=True,
        languages=["en", "nl"],
        text_language="en",
        places=200,
        registration_url="https://register.example.org/winter",
        location="online",
    ),
    "archivos-vivos.txt": Announcement(
        calendar="Ciclo memoria y ciudad",
        title="Archivos vivos: contar el barrio",
        form="workshop",
        starts_on=date(2026, 11, 13),
        ends_on=date(2026, 11, 13),
        starts_at_local=datetime(2026, 11, 13, 18, 0),
        time_zone="America/Mexico_City",
        time_text="18:00 (hora de Ciudad de México)",
        minutes=90,
        introduction=(
            "Las fotos de una familia son también el archivo de una calle. En este taller aprenderemos a pedirlas, "
            "describirlas y devolverlas."
        ),
        audiences=["Personal de archivos y bibliotecas", "Docentes", "Vecinas y vecinos"],
        programme=[
            item("Bienvenida", ItemKind.WELCOME, 10),
            item(
                "Cómo se pide una foto", ItemKind.TALK, 30, person("Teresa Olmedo", organisation="Archivo del Molino")
            ),
            item("Práctica en grupos", ItemKind.OTHER, 40),
            item("Cierre", ItemKind.CLOSING, 10),
        ],
        hosts=["Biblioteca Jacaranda"],
        is_free=True,
        languages=["es"],
        text_language="es",
        places=30,
        registration_url="https://talleres.example.org/archivos",
        location="Biblioteca Jacaranda, Calle del Molino 8, Ciudad de México",
    ),
    "open-data-day.html": Announcement(
        title="Open data, open doors",
        form="conference",
        starts_on=date(2026, 9, 23),
        ends_on=date(2026, 9, 24),
        starts_at_local=datetime(2026, 9, 23, 9, 30),
        time_zone="Europe/Brussels",
        time_text="9:30 and ends at 11:00",
        minutes=1530,
        introduction=(
            "Cities publish thousands of tables. This conference asks **who opens them**, and what changes when they "
            "do. See the [report of last year](https://data.example.org/2025)."
        ),
        audiences=["Data officers", "Journalists"],
        programme=[
            item("Opening", ItemKind.WELCOME, 30, person("Ana Verstraete", role="Mayor", city="Ghent"), at="09:30"),
            item(
                "Tables nobody reads",
                ItemKind.TALK,
                60,
                person("Jonas Weber", organisation="Institute for Plain Numbers"),
                at="10:00",
            ),
            item("Coffee break", ItemKind.BREAK, 20, at="11:00"),
            item(
                "Panel: Open by default?",
                ItemKind.PANEL,
                90,
                person("Mina Sato", organisation="Port of Ghent"),
                person("Luc Maes", organisation="Riverside Data Guild"),
                day=2,
                at="09:00",
            ),
            item("Closing", ItemKind.CLOSING, 30, day=2, at="10:30"),
        ],
        hosts=["Riverside Data Guild", "City of Ghent"],
        is_free=False,
        price_text="Registration fee: 120 EUR, members 60 EUR.",
        languages=["en", "fr"],
        text_language="en",
        registration_url="https://shop.example.org/open-doors",
        registration_closes_on=date(2026, 9, 1),
        location="Town Hall, Ghent",
    ),
    "quiet-streets.md": Announcement(
        title="Quiet streets by design",
        form="webinar",
        starts_on=date(2026, 11, 12),
        ends_on=date(2026, 11, 12),
        starts_at_local=datetime(2026, 11, 12, 16, 0),
        time_zone="Europe/Brussels",
        time_text="Thursday 12 November 2026, 16:00–17:00 (Brussels time)",
        minutes=60,
        introduction="Noise is a planning decision. This hour shows how two districts undid it.",
        contents=["Surfaces and speed", "Deliveries at night"],
        audiences=["Street designers", "District mayors"],
        programme=[
            item("Welcome", ItemKind.WELCOME, 5),
            item("Surfaces and speed", ItemKind.TALK, 20, person("Eva Lambert", organisation="City of Quietwater")),
            item("Deliveries at night", ItemKind.TALK, 20, person("Ravi Menon", organisation="Night Freight Forum")),
            item("Questions and answers", ItemKind.QUESTIONS, 15),
        ],
        hosts=["Quiet Cities Alliance"],
        is_free=True,
        languages=["en"],
        text_language="en",
        registration_url="https://register.example.org/quiet",
    ),
}
EXPECTED["quiet-streets.html"] = EXPECTED["quiet-streets.txt"] = EXPECTED["quiet-streets.md"]

REMARKS = {
    "mobility-briefing.txt": ["zone-from-abbreviation"],
    "heat-workshop.txt": ["language-assumed", "time-zone-abbreviation-doubtful"],
    "winter-cycling.md": ["zone-from-abbreviation"],
    "archivos-vivos.txt": ["year-inferred", "language-assumed"],
    "open-data-day.html": ["zone-from-place", "text-ignored"],
}
