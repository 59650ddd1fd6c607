-- Notes that an API key was used, at most once a minute. ARGV: clock offset, id
local now = now_ms() + tonumber(ARGV[1])
even_when_full()
local record = key.api_key(ARGV[2])
local stored = get(record, 'tenant', 'last_used_at')
if stored.tenant and now - tonumber(stored.last_used_at or 0) >= 60000 then
  redis.call('HSET', record, 'last_used_at', int(now))
end
