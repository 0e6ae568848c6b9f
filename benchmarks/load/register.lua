-- Registers an address that was never seen before with each request.
-- Arguments: a word of this run, which keeps its addresses apart from those of others.
local threads, cities, countries = {}, {}, { "ES", "FR", "DE", "BR", "MX", "US", "IN", "SN", "JP", "IT" }
for number = 1, 40 do cities[number] = "City " .. number end
local headers = { ["Content-Type"] = "application/json" }
local form = '{"name": "Attendee %d", "address": "%08x.%d.%s@example.org", "organisation": "Works office %d", '
  .. '"city": "%s", "country": "%s", "audience": "Students", "language": "en", "time_zone": "Europe/Madrid", '
  .. '"consent": true}'

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(arguments)
  run, sent, statuses = arguments[1] .. number, 0, {}
  math.randomseed(os.time() + number)
end

function request()
  sent = sent + 1
  -- In no order, as people are: an index of addresses must not find its place by luck.
  local body = form:format(sent, math.random(0, 0x7fffffff), sent, run, sent % 500,
    cities[math.random(#cities)], countries[math.random(#countries)])
  return wrk.format("POST", nil, headers, body)
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency)
  require("report").write(threads, summary, latency)
end
