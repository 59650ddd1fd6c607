-- uses: attempt
-- Ends attempts: result, state, announcement and acknowledgement in one step.
-- ARGV per item: tag, tenant, id, attempt, status, meta without its first brace or '', message, tally or '', good, bad,
--   field count, field, value, ...
-- Returns per item the state that the job has now, or '' when the attempt was no longer its owner.
local now = now_ms()
local out = {}
even_when_full()
local i = 1
while i <= #ARGV do
  local tag, tenant, id, attempt, status, meta = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local last = i + 10 + ARGV[i + 10]
  local outcome = {
    meta = meta ~= '' and meta or nil, message = ARGV[i + 6], good = tonumber(ARGV[i + 8]), bad = tonumber(ARGV[i + 9]),
    fields = arguments(i + 11, last),
  }
  if ARGV[i + 7] ~= '' then
    outcome.tally = ARGV[i + 7]
    joined(outcome.fields, { 'tally', outcome.tally })
  end
  i = last + 1
  unclaim(tag)
  local job = ending(key.job(tenant, id), 'attempt', 'cancel_requested', 'tag', 'limit_at')
  -- The fence: only the attempt that holds the record may end it.
  if job.status == 'running' and job.attempt == attempt and job.tag == tag then
    if job.cancel_requested == '1' then status, outcome = 'canceled', { message = 'The job was canceled.' }
    elseif job.limit_at and tonumber(job.limit_at) <= now then status, outcome = 'failed', too_long(tenant, id) end
    outcome.job = job
    finish(tenant, id, status, now, outcome)
    out[#out + 1] = status
  else
    out[#out + 1] = ''
  end
end
return out
