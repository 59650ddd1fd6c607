-- Puts jobs that ended without a result under a release without an index of them into it. Safe to run twice.
-- ARGV: tenant, made at which time or later, most of them to look at, '1' for the last tenant: its end is noted for all
-- reconcilers   Returns the time to go on from, or -1 at the end
local tenant, since, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
even_when_full()
local found = redis.call('ZRANGEBYSCORE', key.jobs(tenant), since, '+inf', 'WITHSCORES', 'LIMIT', 0, most)
for i = 1, #found, 2 do
  local status = redis.call('HGET', key.job(tenant, found[i]), 'status')
  if status and TERMINAL[status] and status ~= 'succeeded' then
    redis.call('ZADD', key.without_result(tenant, status), found[i + 1], found[i])
  end
end
if #found < 2 * most then
  if ARGV[4] == '1' then redis.call('HSET', key.kept, 'ends_indexed', 1) end
  return -1
end
return found[#found]
