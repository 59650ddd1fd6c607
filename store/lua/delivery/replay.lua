-- Sends one delivery once more, at once. ARGV: clock offset, tenant, msg
-- Returns 'ok' | 'missing' | 'gone' (its job was deleted) | 'busy' | 'endpoint_deleted' | 'endpoint_disabled'
local tenant, msg = ARGV[2], ARGV[3]
local key = delivery_key(tenant, msg)
local d = get(key, 'status', 'endpoint', 'type', 'subject', 'trigger')
if not d.status then return 'missing' end
if d.status == 'sending' then return 'busy' end
if d.status == 'pending' and is_manual(d.trigger) then return 'ok' end
if string.sub(d.type, 1, 4) == 'job.' and redis.call('HEXISTS', record_key(tenant, d.subject), 'status') == 0 then
  return 'gone'
end
local base = endpoint_key(tenant, d.endpoint)
local shut, all = closed(base, d.endpoint)
if all then return shut end
if d.status ~= 'pending' then set_delivery_status(key, 'pending') end
redis.call('HSET', key, 'trigger', 'replay', 'before', d.status)
redis.call('HSETNX', key, 'next_at', int(now))
redis.call('PEXPIRE', key, int(LOG_MS + SAFETY_MS))
redis.call('ZREM', base .. ':due', msg)
redis.call('ZADD', base .. ':manual', int(now), msg)
redis.call('ZADD', 'kritiq:pending', int(now), tenant .. ':' .. msg)
touch(tenant, d.endpoint)
return 'ok'
