-- uses: attempt
-- Ends attempts: result, state, announcement and acknowledgement in one step.
-- ARGV per item: tag, tenant, id, attempt, status, meta or '', message, good, bad, field count, field, value, ...
-- Returns per item the state that the job has now, or '' when the attempt was no longer its owner.
local now = now_ms()
local out = {}
even_when_full()
local i = 1
while i <= #ARGV do
  local tag, tenant, id, attempt, status, meta = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local count_ = tonumber(ARGV[i + 9])
  local outcome = {
    meta = meta ~= '' and meta or nil, message = ARGV[i + 6], good = tonumber(ARGV[i + 7]), bad = tonumber(ARGV[i + 8]),
    fields = arguments(i + 10, i + 9 + count_),
  }
  i = i + 10 + count_
  unclaim(tag)
  local job = get(key.job(tenant, id), 'status', 'attempt', 'cancel_requested', 'tag', 'limit_at')
  -- The fence: only the attempt that holds the record may end it.
  if job.status == 'running' and job.attempt == attempt and job.tag == tag then
    if job.cancel_requested == '1' then status, outcome = 'canceled', { message = 'The job was canceled.' }
    elseif job.limit_at and tonumber(job.limit_at) <= now then status, outcome = 'failed', too_long(tenant, id) end
    finish(tenant, id, status, now, outcome)
    out[#out + 1] = status
  else
    out[#out + 1] = ''
  end
end
return out
