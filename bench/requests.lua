-- The requests of one round, one a line in the file BENCH_REQUESTS: METHOD PATH [BODY].
local lines, headers, at = {}, {}, 0

for line in io.lines(os.getenv("BENCH_REQUESTS")) do
  local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
  table.insert(lines, { method = method, path = path, body = body })
end
for pair in (os.getenv("BENCH_HEADERS") or ""):gmatch("[^\n]+") do
  local name, value = pair:match("^(.-): (.*)$")
  headers[name] = value
end

request = function()
  at = at % #lines + 1
  local line = lines[at]
  return wrk.format(line.method, line.path, headers, line.body ~= "" and line.body or nil)
end

done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
