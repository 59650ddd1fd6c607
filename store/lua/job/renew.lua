-- Keeps claims alive and tells which of them need not go on.
-- ARGV: lease in ms, then per item: tag, tenant, task, id, attempt
-- Returns per item 'ok' | 'lost' (another attempt may have it) | 'canceled' | 'expired'
local now, lease = now_ms(), tonumber(ARGV[1])
even_when_full()
local out = {}
for i = 2, #ARGV, 5 do
  local tag = ARGV[i]
  local job = get(record_key(ARGV[i + 1], ARGV[i + 3]), 'status', 'attempt', 'tag', 'cancel_requested', 'deadline_at')
  local answer = 'ok'
  if job.status ~= 'running' or job.attempt ~= ARGV[i + 4] or job.tag ~= tag then
    answer = 'lost'
  else
    redis.call('ZADD', 'kritiq:leases', 'XX', int(now + lease), tag)
    redis.call('ZADD', 'kritiq:live', 'XX', int(now + lease), ARGV[i + 2])
    if job.cancel_requested == '1' then answer = 'canceled'
    elseif job.deadline_at and tonumber(job.deadline_at) <= now then answer = 'expired' end
  end
  out[#out + 1] = answer
end
return out
