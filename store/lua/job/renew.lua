-- Keeps claims alive and tells which of them need not go on.
-- ARGV: lease in ms, then per item: tag, tenant, id, attempt
-- Returns per item 'ok' | 'lost' (another attempt may have it) | 'canceled' | 'expired'
local now, lease = now_ms(), tonumber(ARGV[1])
even_when_full()
local out = {}
for i = 2, #ARGV, 4 do
  local tag, tenant, id = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local job = get(key.job(tenant, id), 'status', 'attempt', 'tag', 'cancel_requested', 'deadline_at', 'limit_at')
  local answer = 'ok'
  if job.status ~= 'running' or job.attempt ~= ARGV[i + 3] or job.tag ~= tag then
    answer = 'lost'
  else
    redis.call('ZADD', key.leases, 'XX', int(now + lease), tag)
    redis.call('ZADD', key.live, 'XX', int(now + lease), join_task(tenant, id))
    if job.cancel_requested == '1' then answer = 'canceled'
    elseif math.min(tonumber(job.limit_at or math.huge), tonumber(job.deadline_at or math.huge)) <= now then
      answer = 'expired'
    end
  end
  out[#out + 1] = answer
end
return out
