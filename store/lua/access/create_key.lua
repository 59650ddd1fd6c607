-- uses: lists
-- Stores a new API key, and with its first one the organisation.
-- ARGV: clock offset, tenant, id, most keys, milliseconds that an ended key is kept, when it ends in ms or '', its tokens,
--   then field, value, ...
-- Returns 'created' | 'taken': the id has another token | 'full'
local now = now_ms() + tonumber(ARGV[1])
local tenant, id, most, keep, ends, tokens = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7]
local record, index = key.api_key(id), key.api_keys(tenant)
local stored = get(record, 'tokens', 'tenant')
if stored.tenant then return stored.tokens == tokens and stored.tenant == tenant and 'created' or 'taken' end
if redis.call('ZCARD', index) >= most then
  -- Those that ended long ago are there no more.
  for _, old in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    if redis.call('EXISTS', key.api_key(old)) == 0 then redis.call('ZREM', index, old) end
  end
  if redis.call('ZCARD', index) >= most then return 'full' end
end
redis.call('HSET', record, 'tenant', tenant, 'created_at', int(now), 'tokens', tokens, unpack(arguments(8)))
if ends ~= '' then
  redis.call('HSET', record, 'expires_at', ends)
  redis.call('PEXPIREAT', record, int(tonumber(ends) + keep))
end
redis.call('ZADD', index, int(now), id)
redis.call('ZADD', key.tenants, 'NX', int(now), tenant)
announce_list(tenant, 'keys')
return 'created'
