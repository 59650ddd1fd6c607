-- uses: endpoint_health
-- Deletes an endpoint; the delivery worker drops what waits for it.
-- ARGV: clock offset, tenant, id   Returns whether it was there
local tenant, id = ARGV[2], ARGV[3]
local base = key.endpoint(tenant, id)
even_when_full()
local found = redis.call('DEL', base)
forget_health(base)
redis.call('HDEL', key.endpoints(tenant), id)
redis.call('ZREM', key.endpoint_ids(tenant), id)
if found == 1 then
  redis.call('ZADD', key.due, int(now), tenant .. ':' .. id)
  ring()
end
return found
