// Reads calendar files with ical.js, the parser of Mozilla's calendars: a list of texts comes in, what they say goes out.
import ICAL from "ical.js";

const said = (component, name) => component.getFirstPropertyValue(name);

function instant(event, name) {
  const time = said(event, name);
  if (time.zone.tzid === "floating") throw new Error(`${name} is in no zone: ${time}`);
  return time.toUnixTime();
}

function read(text) {
  // It remembers zones by their name; each file is to be read by what it says itself.
  ICAL.TimezoneService.reset();
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents("vevent").map((event) => {
    const attendee = event.getFirstProperty("attendee");
    const organizer = event.getFirstProperty("organizer");
    return {
      method: said(calendar, "method"),
      uid: said(event, "uid"),
      sequence: said(event, "sequence"),
      starts_at: instant(event, "dtstart"),
      ends_at: instant(event, "dtend"),
      summary: said(event, "summary"),
      description: said(event, "description"),
      location: said(event, "location"),
      status: said(event, "status"),
      organizer: organizer ? organizer.getFirstValue() : null,
      organizer_name: organizer ? organizer.getParameter("cn") ?? null : null,
      attendee: attendee ? attendee.getFirstValue() : null,
      attendee_name: attendee ? attendee.getParameter("cn") ?? null : null,
      participation: attendee ? attendee.getParameter("partstat") ?? null : null,
      rsvp: attendee ? attendee.getParameter("rsvp") ?? null : null,
    };
  });
}

let input = "";
process.stdin.setEncoding("utf-8");
for await (const part of process.stdin) input += part;
process.stdout.write(JSON.stringify(JSON.parse(input).map(read)));
