-- Deletes an endpoint; the delivery worker drops what waits for it.
-- ARGV: clock offset, tenant, id   Returns whether it was there
local tenant, id = ARGV[2], ARGV[3]
local base = endpoint_key(tenant, id)
local found = redis.call('DEL', base)
forget_health(base)
redis.call('HDEL', 'kritiq:' .. tenant .. ':endpoints', id)
redis.call('ZREM', 'kritiq:' .. tenant .. ':endpoint-ids', id)
if found == 1 then
  redis.call('ZADD', 'kritiq:due', int(now), tenant .. ':' .. id)
  ring()
end
return found
