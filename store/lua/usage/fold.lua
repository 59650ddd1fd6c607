-- uses: usage
-- Counts what restaurants used on a day as what their organisation used without one. ARGV: tenant, day, names in the day's hash
local day, less = key.usage(ARGV[1], ARGV[2]), 0
even_when_full()
for _, name in ipairs(arguments(3)) do
  local amount = redis.call('HGET', day, name)
  if amount then
    -- First the one, so that the hash is never empty, which would lose its time.
    redis.call('HINCRBY', day, string.match(name, '|.*$'), amount)
    redis.call('HDEL', day, name)
    less = less + row_bytes(name)
  end
end
-- What an older release counted was not weighed when it came.
if redis.call('HINCRBY', day, WEIGHED, int(-less)) <= 0 then redis.call('HDEL', day, WEIGHED) end
