-- Ends attempts: result, state, announcement and acknowledgement in one step.
-- ARGV per item: tag, tenant, task, id, attempt, status, meta or '', message, field count, field, value, ...
-- Returns per item the state that the job has now, or '' when the attempt was no longer its owner.
local now = now_ms()
local out = {}
even_when_full()
local i = 1
while i <= #ARGV do
  local tag, tenant, task, id, attempt, status = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local meta, message, count = ARGV[i + 6], ARGV[i + 7], tonumber(ARGV[i + 8])
  local fields = {}
  for f = i + 9, i + 8 + count do fields[#fields + 1] = ARGV[f] end
  i = i + 9 + count
  if redis.call('ZSCORE', 'kritiq:leases', tag) then unclaim(tag) end
  local job = get(record_key(tenant, id), 'status', 'attempt', 'weight', 'cancel_requested', 'tag')
  -- The fence: only the attempt that holds the record may end it.
  if job.status == 'running' and job.attempt == attempt and job.tag == tag then
    unhold(job.weight)
    if job.cancel_requested == '1' then
      status, meta, message, fields = 'canceled', '', 'The job was canceled.', {}
    end
    finish(task, tenant, id, status, now, meta ~= '' and meta or nil, message, fields)
    out[#out + 1] = status
  else
    out[#out + 1] = ''
  end
end
return out
