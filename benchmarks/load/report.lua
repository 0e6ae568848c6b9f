-- What wrk saw, as one line of JSON: its own report leaves out which statuses came how often.
local report = {}

local function counted(threads)
  local parts, total = {}, {}
  for _, thread in ipairs(threads) do
    for status, times in pairs(thread:get("statuses")) do total[status] = (total[status] or 0) + times end
  end
  for status, times in pairs(total) do table.insert(parts, ('"%d": %d'):format(status, times)) end
  return table.concat(parts, ", ")
end

function report.write(threads, summary, latency)
  local errors = summary.errors
  io.write(('\nREPORT {"seconds": %.3f, "p50_ms": %.2f, "p99_ms": %.2f, "bytes": %d, "statuses": {%s}, '
    .. '"unanswered": %d}\n'):format(
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, summary.bytes,
    counted(threads), errors.connect + errors.read + errors.write + errors.timeout))
end

return report
