-- Redis needs the room: forgets deliveries that have ended, those first that did so first, whosever they are. Those that
-- wait or are on their way stay. ARGV: most   Returns how many that were
local forgotten = 0
even_when_full()
-- What is older went by itself: it gives no room, and nobody else may have looked at the index since.
redis.call('ZREMRANGEBYSCORE', key.ended_deliveries, '-inf', int(now_ms() - DELIVERY_LOG_MS))
for _, member in ipairs(redis.call('ZRANGE', key.ended_deliveries, 0, ARGV[1] - 1)) do
  local tenant, msg = string.match(member, '^([^:]+):(.+)$')
  local record = key.delivery(tenant, msg)
  local d = get(record, 'status', 'endpoint', 'subject')
  redis.call('ZREM', key.ended_deliveries, member)
  -- It may have gone by itself, or be sent again.
  if d.status and d.status ~= 'pending' and d.status ~= 'sending' then
    redis.call('DEL', record, record .. ':attempts')
    redis.call('ZREM', key.deliveries(tenant), msg)
    if d.subject then redis.call('ZREM', key.deliveries_of(tenant, d.subject), msg) end
    if d.endpoint then redis.call('ZREM', key.endpoint(tenant, d.endpoint) .. ':deliveries', msg) end
    forgotten = forgotten + 1
  end
end
return forgotten
