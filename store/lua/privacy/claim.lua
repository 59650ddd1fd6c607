-- The erasure that has waited longest, or whose process has not been heard of for as long as its lease was.
-- ARGV: clock offset, lease in ms   Returns {} | {tenant, id, what its record has: field, value, ...}
local now = now_ms() + tonumber(ARGV[1])
even_when_full()
local task = redis.call('ZRANGEBYSCORE', key.erasing, '-inf', int(now), 'LIMIT', 0, 1)[1]
if not task then return {} end
local tenant, id = split_task(task)
local record = key.erasure(tenant, id)
local found = get(record, 'status', 'version', 'proof', 'started_at')
if not found.status then
  redis.call('ZREM', key.erasing, task)
  return {}
end
if found.status == 'running' and not found.proof then
  found.version = transition(record, ERASURE_TRANSITIONS, 'queued', {}, found)
  found.status = 'queued'
end
if found.status == 'queued' then
  transition(record, ERASURE_TRANSITIONS, 'running', { 'started_at', found.started_at or int(now) }, found)
  redis.call('HINCRBY', record, 'tries', 1)
end
redis.call('HINCRBY', record, 'attempt', 1)
redis.call('ZADD', key.erasing, int(now + ARGV[2]), task)
return { tenant, id, redis.call('HGETALL', record) }
