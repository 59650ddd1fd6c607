-- uses: delivery_told, endpoint_health
-- Sends one delivery once more, at once. ARGV: clock offset, tenant, msg
-- Returns 'ok' | 'missing' | 'gone' (its job or batch was deleted) | 'busy' | 'endpoint_deleted' | 'endpoint_disabled' | 'full':
-- too much waits already
local tenant, msg = ARGV[2], ARGV[3]
local record = key.delivery(tenant, msg)
local d = get(record, 'status', 'endpoint', 'type', 'subject', 'trigger')
local told = not d.status and told_of(tenant, msg)
if told then d = told end
if not d.status then return 'missing' end
if d.status == 'sending' then return 'busy' end
if d.status == 'pending' and is_manual(d.trigger) then return 'ok' end
if subject_gone(tenant, d) then return 'gone' end
local base = key.endpoint(tenant, d.endpoint)
local shut, all = closed(base, d.endpoint)
if all then return shut end
if d.status ~= 'pending' and too_many_wait(tenant, d.type) then return 'full' end
if told then
  take_up_again(tenant, msg, told)
elseif d.status ~= 'pending' then
  begin_again(tenant, msg)
end
redis.call('HSET', record, 'trigger', 'replay', 'before', d.status)
redis.call('HSETNX', record, 'next_at', int(now))
keep_delivery(record, WAITING_MS)
redis.call('ZREM', base .. ':due', msg)
redis.call('ZADD', base .. ':manual', int(now), msg)
keep_pending(tenant, msg, now)
touch(tenant, d.endpoint)
return 'ok'
