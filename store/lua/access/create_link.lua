-- uses: lists
-- Stores a link to the webhooks of some restaurants. Repeating it changes nothing.
-- ARGV: clock offset, tenant, id, most links of a tenant, milliseconds within which it can be opened, then field, value, ...
-- Returns {when it was made, until when it can be opened} in ms | {'full'}
local now = now_ms() + tonumber(ARGV[1])
local tenant, id, most, open = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local record, index = key.webhook_link(id), key.webhook_links(tenant)
redis.call('ZREMRANGEBYSCORE', index, '-inf', int(now))
local stored = get(record, 'created_at', 'ends_at')
if stored.created_at then return { stored.created_at, stored.ends_at } end
if redis.call('ZCARD', index) >= most then return { 'full' } end
local ends = int(now + open)
redis.call('HSET', record, 'tenant', tenant, 'created_at', int(now), 'ends_at', ends, unpack(arguments(6)))
redis.call('PEXPIRE', record, open)
redis.call('ZADD', index, ends, id)
redis.call('PEXPIREAT', index, int(tonumber(redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2])))
announce_list(tenant, 'webhook-links', table.concat(cjson.decode(redis.call('HGET', record, 'restaurants')), ','))
return { int(now), ends }
