"""Rules of mail as an organiser makes, changes, pauses and removes them; and the rehearsal of what they will send."""

from datetime import UTC, datetime

import pytest

from services.dashboard.mail import previews, rule_drafts, rule_words
from services.dashboard.mail.rehearsing import wish_of
from shared.schemas.mail import RuleContent, Selection
from tests.dashboard.conftest import words
from tests.dashboard.fake_api import Refusal
from tests.dashboard.fake_mail import ACTIVE
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/mail.py"


@pytest.fixture
def webinar(fake):
    return fake.world.add(event(audiences=["Students", "Researchers"]))


@pytest.fixture
def rule(fake, webinar):
    return fake.world.mail.add_rule(minutes_before=60, texts={"en": {"introduction": "Dear {{ name }}"}})


def open_view(open_page, name, **address):
    page = open_page(view=name, **address)
    return page.switch_page(PAGE).run()


def at(page, label):
    return next(button for button in page.button if button.label == label)


def field(page, kind, name):
    return next(one for one in getattr(page, kind) if one.key and one.key.startswith(name))


def add(page, kind):
    page.selectbox(key="add_rule_kind").set_value(kind).run()
    return page.button(key="add_rule").click().run()


@pytest.mark.parametrize(
    ("content", "when"),
    [
        ({"minutes_before": 1440}, "1 day before the start"),
        ({"minutes_before": 90}, "90 minutes before the start"),
        ({"minutes_before": -120, "anchor": "end"}, "2 hours after the end"),
        ({"minutes_before": 0}, "at the start"),
        ({"minutes_before": 20160}, "2 weeks before the start"),
        ({"anchor": "moment"}, "at once"),
        (
            {"anchor": "moment", "moment": datetime(2027, 7, 1, 13, tzinfo=UTC)},
            "Thu 1 Jul 2027, 15:00 Madrid (UTC+2)",
        ),
    ],
)
def test_when_a_rule_sends_is_said_in_words(content, when):
    assert rule_words.when(RuleContent(**content), "Europe/Madrid") == when


@pytest.mark.parametrize(
    ("kind", "selection", "whom"),
    [
        ("reminder", {}, "to everybody with a place"),
        ("notice", {"statuses": ["waitlisted", "offered"]}, "to everybody on the waiting list or with a place offered"),
        ("follow-up", {"attendance": "missed"}, "to everybody with a place who missed it"),
        (
            "notice",
            {"audiences": ["Students"], "countries": ["ES"], "languages": ["es"]},
            "to everybody with a place of the audience “Students” from Spain written to in Spanish",
        ),
        ("notice", {"participations": ["tentative"]}, "to everybody with a place whose calendar answered “perhaps”"),
        ("nudge", {}, "to those invited who have not answered"),
        ("call-sheet", {}, "to the speakers"),
    ],
)
def test_to_whom_a_rule_sends_is_said_in_words(kind, selection, whom):
    assert rule_words.to_whom(kind, Selection(**selection)) == whom


def test_rules_are_listed_with_when_whom_state_and_numbers(fake, open_page, webinar):
    fake.world.mail.add_rule(minutes_before=1440)
    fake.world.mail.add_rule(minutes_before=10080, state="sent", sent=1003, total=1012)
    fake.world.mail.add_rule(kind="follow-up", anchor="end", minutes_before=-120, is_paused=True)

    drawn = words(open_view(open_page, "rules"))

    assert "Reminder · 1 day before the start" in drawn
    assert "would reach 318 people now" in drawn
    assert "1,003 of 1,012 mails sent" in drawn
    assert "Paused" in drawn
    assert "Madrid (UTC+" in drawn


def test_a_rule_is_paused_and_resumed(fake, open_page, rule):
    page = open_view(open_page, "rules")
    at(page, "Pause").click().run()
    assert fake.world.mail.sent == [{"is_paused": True}]
    assert "It sends nothing until it is resumed." in words(page)
    at(page, "Resume").click().run()
    assert fake.world.mail.rules[0].state == "waiting"


def test_only_what_was_changed_is_sent(fake, open_page, rule):
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()
    field(page, "number_input", "rule_size").set_value(2)
    field(page, "selectbox", "rule_unit").set_value("days").run()
    at(page, "Save").click().run()

    assert fake.world.mail.sent == [{"minutes_before": 2880}]
    assert "Reminder · 2 days before the start" in words(page)


def test_a_rule_that_was_not_changed_cannot_be_saved(open_page, rule):
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()
    assert at(page, "Save").disabled


def test_words_of_a_rule_are_written_by_language_and_the_preview_follows(fake, open_page, rule):
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()
    field(page, "segmented_control", "text_language").set_value("es").run()
    # Spanish readers would get the English text, so that is what is shown for them.
    assert fake.world.mail.asked[-1]["text"] == {"introduction": "Dear {{ name }}"}
    field(page, "text_input", "text_subject_es").input("Mañana").run()
    field(page, "text_area", "text_introduction_es").input("Hola {{ name }}").run()

    assert fake.world.mail.asked[-1] == {
        "kind": "reminder",
        "language": "es",
        "rule_id": str(rule.id),
        "text": {"subject": "Mañana", "introduction": "Hola {{ name }}"},
    }
    assert "Mañana: Cooling cities" in words(page)
    at(page, "Save").click().run()
    assert fake.world.mail.sent[-1]["texts"] == {
        "en": {"introduction": "Dear {{ name }}"},
        "es": {"subject": "Mañana", "introduction": "Hola {{ name }}"},
    }


def test_an_error_of_the_template_language_stands_at_its_field(fake, open_page, rule):
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()
    field(page, "text_area", "text_introduction_en").input("Dear {{ name").run()

    assert "has a “{{” that is never closed, in line 1" in words(page)
    assert "It cannot be shown yet" in words(page)


def test_a_refusal_stands_at_the_field_it_names_and_keeps_what_was_typed(fake, open_page, rule):
    fake.world.refuse[f"PATCH /api/v1/rules/{rule.id}"] = Refusal(
        422, "invalid-input", "Not right", "Correct it.", fields={"minutes_before": "names a moment that has passed"}
    )
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()
    field(page, "number_input", "rule_size").set_value(9).run()
    at(page, "Save").click().run()

    assert "names a moment that has passed" in words(page)
    assert field(page, "number_input", "rule_size").value == 9
    fake.world.refuse.clear()
    at(page, "Save").click().run()
    assert fake.world.mail.rules[0].minutes_before == 540


def test_a_rule_is_added(fake, open_page, webinar):
    page = add(open_view(open_page, "rules"), "follow-up")
    field(page, "selectbox", "rule_select_attendance").set_value("missed").run()
    at(page, "Add the rule").click().run()

    assert fake.world.mail.sent == [
        {
            "kind": "follow-up",
            "anchor": "end",
            "minutes_before": -120,
            "moment": None,
            "selection": {"attendance": "missed"},
            "texts": {},
            "is_paused": False,
        }
    ]
    assert "to everybody with a place who missed it" in words(page)


def test_a_notice_at_once_waits_until_the_number_of_readers_was_seen(fake, open_page, webinar):
    fake.world.mail.recipients = 42
    page = add(open_view(open_page, "rules"), "notice")
    field(page, "multiselect", "rule_select_audiences").set_value(["Students"]).run()
    field(page, "text_area", "text_introduction_en").input("The room has changed.").run()
    at(page, "Go on …").click().run()

    [made] = fake.world.mail.sent
    assert (made["is_paused"], made["moment"], made["selection"]) == (True, None, {"audiences": ["Students"]})
    assert "<b>42 people</b> get it now." in words(page)
    at(page, "Send to 42 people").click().run()
    assert fake.world.mail.sent[-1] == {"is_paused": False}
    assert "It is on its way" in words(page)


def test_a_notice_that_is_not_sent_after_all_stays_paused(fake, open_page, webinar):
    page = add(open_view(open_page, "rules"), "notice")
    field(page, "text_area", "text_introduction_en").input("The room has changed.").run()
    at(page, "Go on …").click().run()
    at(page, "Not now").click().run()

    assert fake.world.mail.rules[0].state == "paused"
    assert at(page, "Send …")


def test_a_moment_is_typed_on_the_clock_of_the_event(fake, open_page, webinar):
    page = add(open_view(open_page, "rules"), "notice")
    field(page, "selectbox", "rule_when").set_value("moment").run()
    at(page, "Add the rule").click().run()
    assert "Choose a day and a time." in words(page)

    field(page, "datetime_input", "rule_moment").set_value(datetime(2027, 3, 28, 2, 30)).run()
    at(page, "Add the rule").click().run()
    assert fake.world.mail.sent == []  # The clocks skip it.
    field(page, "datetime_input", "rule_moment").set_value(datetime(2027, 7, 1, 15)).run()
    at(page, "Add the rule").click().run()

    assert fake.world.mail.sent[-1]["moment"] == "2027-07-01T13:00:00+00:00"


def test_a_rule_is_removed_after_a_question(fake, open_page, rule):
    page = open_view(open_page, "rules")
    page.button(key=f"icon_rule_remove_{rule.id}").click().run()
    assert fake.world.mail.rules
    page.button(key="really_remove_rule").click().run()

    assert fake.world.mail.rules == []
    assert "It sends nothing more." in words(page)


def test_what_somebody_else_changed_shows_in_the_fields(fake, open_page, rule):
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()
    fake.world.mail.rules[0] = rule.model_copy(update={"minutes_before": 30})
    from services.dashboard.mail import snapshot

    snapshot.renew()
    page.run()

    assert "Reminder · 30 minutes before the start" in words(page)


def test_a_rule_and_its_draft_say_the_same(fake, webinar):
    for content in (
        {"minutes_before": 1440},
        {"kind": "follow-up", "anchor": "end", "minutes_before": -90, "selection": {"attendance": "attended"}},
        {"kind": "notice", "anchor": "moment", "minutes_before": 0, "moment": datetime(2027, 7, 1, 13, tzinfo=UTC)},
        {"texts": {"es": {"subject": "Mañana"}}},
    ):
        rule = fake.world.mail.add_rule(**content)
        assert rule_drafts.from_rule(rule).changes() == {}
        RuleContent.model_validate({"kind": rule.kind, **rule_drafts.from_rule(rule).body()})


def test_the_mail_stands_where_it_can_do_nothing(fake, open_page, rule):
    fake.world.mail.html = ACTIVE
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()

    [frame] = page.get("iframe")
    outer = frame.proto.srcdoc
    assert 'sandbox=""' in outer
    assert "default-src 'none'" in outer
    assert "<script" not in outer
    assert "&lt;script&gt;" in outer
    assert "<script" not in words(page)


def test_a_test_mail_goes_to_the_organiser(fake, open_page, rule):
    page = open_view(open_page, "rules")
    at(page, "Edit").click().run()
    at(page, "Send it to me").click().run()

    assert fake.world.mail.sent[-1]["rule_id"] == str(rule.id)
    assert "To noor@example.org, and to nobody else." in words(page)


def test_a_viewer_reads_the_rules_only(fake, open_page, rule):
    fake.world.roles = {"international": "viewer"}
    page = open_view(open_page, "rules")
    assert "Reminder · 1 hour before the start" in words(page)
    assert not page.button
    assert not page.selectbox(key="event").disabled
    assert fake.world.mail.asked == []


def test_rules_that_cannot_be_had_are_said_so(fake, open_page, rule):
    fake.world.refuse["/rules"] = Refusal(503, "down", "The service is being repaired")
    assert "The service is being repaired" in words(open_view(open_page, "rules"))


def test_the_rehearsal_lists_every_mail_by_day_and_shows_one(fake, open_page, webinar):
    at_noon = datetime(2027, 3, 3, 11, tzinfo=UTC)
    mail = fake.world.mail.rehearse(at=at_noon, recipients=412, language="es", subject="Mañana: Ciudades")
    fake.world.mail.rehearse(at=at_noon, is_paused=True, recipients=7)
    fake.world.mail.rehearse(kind="confirmation", at=None, at_local="", recipients=0)
    page = open_view(open_page, "rehearsal")

    drawn = words(page)
    assert "Wednesday 3 March 2027" in drawn
    assert "12:00 Madrid (UTC+1) · Reminder" in drawn
    assert "412 people · Spanish · for them Wed 3 Mar 2027, 08:00 Chicago (UTC-6)" in drawn
    assert "412 mails will leave at their moment as things stand. 7 more are paused." in drawn
    assert "Without a fixed moment" in drawn
    page.button(key="show_rehearsed_0").click().run()
    assert fake.world.mail.asked[-1] == {
        "kind": "reminder", "registration_id": str(mail.sample_id), "language": "es",
    }  # fmt: skip


def test_a_long_rehearsal_is_shown_in_parts_and_made_again_on_demand(fake, open_page, webinar):
    for number in range(45):
        fake.world.mail.rehearse(subject=f"Subject {number}")
    page = open_view(open_page, "rehearsal")
    assert "Subject 39" in words(page)
    assert "Subject 40" not in words(page)
    at(page, "Show 5 more").click().run()
    assert "Subject 44" in words(page)

    fake.world.mail.rehearsed.clear()
    assert "Subject 1" in words(page.run())
    at(page, "Rehearse again").click().run()
    assert "This event has nothing to send." in words(page)


@pytest.mark.parametrize(
    ("kind", "field_name"),
    [
        ("reminder", "registration_id"), ("invitation", "invitation_id"), ("nudge", "invitation_id"),
        ("call-sheet", "speaker_id"), ("notice", "registration_id"),
    ],
)  # fmt: skip
def test_a_rehearsed_mail_is_shown_as_the_reader_it_is_for(fake, kind, field_name):
    mail = fake.world.mail.rehearse(kind=kind)
    assert wish_of("x", mail).body()[field_name] == str(mail.sample_id)


def test_hostile_subjects_and_audiences_stay_texts(fake, open_page):
    fake.world.add(event(audiences=[HOSTILE]))
    fake.world.mail.rehearse(subject=HOSTILE, at_local=HOSTILE)
    fake.world.mail.add_rule(selection={"audiences": [HOSTILE]}, texts={"en": {"subject": HOSTILE}})
    for view in ("rehearsal", "rules"):
        page = open_view(open_page, view)
        (at(page, "Edit") if view == "rules" else page.button(key="show_rehearsed_0")).click().run()
        assert "<img" not in words(page)
        for element in (*page.markdown, *page.caption, *page.button, *page.expander):
            assert "evil" not in f"{getattr(element, 'value', '')} {getattr(element, 'label', '')}"


def test_a_frame_holds_any_mail_as_text():
    framed = previews.framed('"><script>alert(1)</script>', '"><img src=x>')
    assert "<script" not in framed
    assert "<img" not in framed
