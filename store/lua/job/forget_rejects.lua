-- uses: delivery
-- Forgets what was rejected before a time. ARGV: how long rejects are kept in ms, most in one call   Returns how many
local now, count = now_ms(), 0
even_when_full()
while count < tonumber(ARGV[2]) do
  -- The oldest is the last.
  local reject = redis.call('LRANGE', key.rejected, -1, -1)[1]
  if not reject or tonumber(cjson.decode(string.match(reject, '^[^\n]*')).at) > now - tonumber(ARGV[1]) then break end
  redis.call('LTRIM', key.rejected, 0, -2)
  count = count + 1
end
if count > 0 then note_erasure(now) end
return count
