// The reader's own clock beside every time of an event. The pages are whole without this file.
(() => {
  "use strict";
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  // Browsers go on using these names of places long after the places were renamed.
  const renamed = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
  };
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own) return;
  const name = renamed[own] ?? own;

  const parts = (moment, timeZone, options) =>
    Object.fromEntries(
      new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", ...options })
        .formatToParts(moment)
        .map((part) => [part.type, part.value]),
    );
  const day = (moment, timeZone) => {
    const found = parts(moment, timeZone, { year: "numeric", month: "2-digit", day: "2-digit" });
    return `${found.year}-${found.month}-${found.day}`;
  };
  const clock = (moment, timeZone) => {
    const found = parts(moment, timeZone, { hour: "2-digit", minute: "2-digit" });
    return `${found.hour}:${found.minute}`;
  };
  const shown = (moment, timeZone) => `${day(moment, timeZone)} ${clock(moment, timeZone)}`;
  const date = (moment) =>
    new Intl.DateTimeFormat(language, { timeZone: own, weekday: "short", day: "numeric", month: "short" }).format(moment);

  const place = (moment) => {
    const offset = parts(moment, own, { timeZoneName: "shortOffset" }).timeZoneName.replace("GMT", "UTC").replace(/\+0$/, "");
    const city = name.split("/").pop().replaceAll("_", " ");
    return city === offset ? city : `${city} (${offset})`;
  };

  const shift = (element, moment) => {
    const [theirs, there] = [day(moment, own), day(moment, element.dataset.zone)];
    if (theirs === there) return "";
    return ` · ${theirs < there ? element.dataset.before : element.dataset.after}`;
  };

  const whole = (starts, ends) => {
    if (!ends) return `${date(starts)}, ${clock(starts, own)}, ${place(starts)}`;
    const isLong = ends - starts > 12 * 3600 * 1000 && day(starts, own) !== day(ends, own);
    // The word joiner keeps both ends of the span on one line.
    const until = isLong ? ` – ${date(ends)}, ${clock(ends, own)}` : `–\u2060${clock(ends, own)}`;
    return `${date(starts)}, ${clock(starts, own)}${until}, ${place(starts)}`;
  };

  let isElsewhere = false;
  for (const element of document.querySelectorAll("[data-clock]:not([data-known])")) {
    const starts = new Date(element.dataset.starts);
    const ends = element.dataset.ends ? new Date(element.dataset.ends) : null;
    if ([starts, ends ?? starts].every((moment) => shown(moment, own) === shown(moment, element.dataset.zone))) continue;
    const text = element.dataset.clock === "short" ? clock(starts, own) : whole(starts, ends);
    element.querySelector("[data-slot]").textContent = text + shift(element, starts);
    element.hidden = false;
    isElsewhere = true;
  }
  const legend = document.querySelector("[data-legend]");
  if (legend && isElsewhere) legend.hidden = false;

  // Only on a fresh form: what somebody typed, or left empty and sent, is theirs.
  const field = document.querySelector("input[name=time_zone]");
  if (field && !field.value && !document.querySelector(".summary") && name.includes("/")) field.value = name;
})();
