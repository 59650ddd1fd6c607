-- Puts deliveries that ended under a release without an index of them into it. Safe to run twice.
-- ARGV: tenant, made at which time or later, most of them to look at, '1' for the last tenant: its end is noted for all
-- reconcilers   Returns the time to go on from, or -1 at the end
local tenant, since, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
even_when_full()
local found = redis.call('ZRANGEBYSCORE', key.deliveries(tenant), since, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
for i = 1, #found, 2 do
  local d = get(key.delivery(tenant, found[i]), 'status', 'ended_at')
  if d.status and d.status ~= 'pending' and d.status ~= 'sending' then
    redis.call('ZADD', key.ended_deliveries, 'NX', d.ended_at or found[i + 1], tenant .. ':' .. found[i])
    redis.call('PEXPIRE', key.ended_deliveries, int(DELIVERY_LOG_MS))
  end
end
if #found < 2 * most then
  if ARGV[4] == '1' then redis.call('HSET', key.kept, 'deliveries_indexed', 1) end
  return -1
end
-- However many are of one moment, it goes on; of more than `most` of one millisecond the others go by themselves.
return math.max(tonumber(found[#found]), since + 1)
