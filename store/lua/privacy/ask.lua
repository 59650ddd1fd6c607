-- Has somebody's reviews erased as soon as a reconciler comes to it. Repeating it changes nothing.
-- ARGV: tenant, id, most of a tenant, then field, value, ...
-- Returns {when it was asked for in ms} | {'full'}
local now = now_ms()
local tenant, id, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local record, index = key.erasure(tenant, id), key.erasures(tenant)
even_when_full()
local made = redis.call('HGET', record, 'created_at')
if made then return { made } end
local room = redis.call('ZCARD', index) < most
-- What has ended gives way, and what is past its time goes; the oldest first.
for _, old in ipairs(redis.call('ZRANGE', index, 0, 99)) do
  local status = redis.call('HGET', key.erasure(tenant, old), 'status')
  if not status or (not room and string.find(ENDED_ERASURES, ' ' .. status .. ' ', 1, true)) then
    redis.call('DEL', key.erasure(tenant, old))
    redis.call('ZREM', index, old)
    room = true
  end
end
if not room then return { 'full' } end
transition(record, ERASURE_TRANSITIONS, 'queued', joined({ 'created_at', int(now) }, arguments(4)))
redis.call('ZADD', index, int(now), id)
-- It outlives all that are in it, unless one waits for as long as they are kept.
redis.call('PEXPIRE', index, int(2 * ERASURE_MS))
redis.call('ZADD', key.erasing, int(now), join_task(tenant, id))
return { int(now) }
