-- Reads one page again and again, as a browser asks for it.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  statuses = {}
  local headers = { ["Accept-Language"] = "en-GB,en;q=0.8,es;q=0.5", ["Accept"] = "text/html" }
  if arguments[1] then headers["Authorization"] = "Bearer " .. arguments[1] end
  wanted = wrk.format("GET", nil, headers)
end

function request()
  return wanted
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency)
  require("report").write(threads, summary, latency)
end
