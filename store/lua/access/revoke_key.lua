-- uses: lists
-- Ends an API key for good; its record is kept for a while, to be looked at.
-- ARGV: clock offset, tenant, id, milliseconds that it is kept   Returns whether it was there
local now = now_ms() + tonumber(ARGV[1])
even_when_full()
local record = key.api_key(ARGV[3])
if redis.call('HGET', record, 'tenant') ~= ARGV[2] then return 0 end
if redis.call('HSETNX', record, 'revoked_at', int(now)) == 1 then
  redis.call('HDEL', record, 'tokens')
  redis.call('PEXPIRE', record, ARGV[4])
  announce_list(ARGV[2], 'keys')
end
return 1
