-- uses: endpoint_health
-- Deletes an endpoint; the delivery worker drops what waits for it.
-- ARGV: clock offset, tenant, id, version that was read   Returns whether nobody has written it since
local tenant, id = ARGV[2], ARGV[3]
local base = key.endpoint(tenant, id)
even_when_full()
-- One that is there no more: the same call again, after its answer was lost on the way, or somebody else was faster.
local version = redis.call('HGET', base, 'version')
local restaurants = redis.call('HGET', base, 'restaurants')
if version and version ~= ARGV[4] then return 0 end
redis.call('DEL', base)
forget_health(base)
redis.call('HDEL', key.endpoints(tenant), id)
redis.call('ZREM', key.endpoint_ids(tenant), id)
if version then
  redis.call('ZADD', key.due, int(now), tenant .. ':' .. id)
  ring()
  announce_list(tenant, 'endpoints', restaurants)
end
return 1
