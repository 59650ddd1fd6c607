-- A process's heartbeat, valid for a while. Others whose time is over were killed and are forgotten.
-- KEYS: who is up, then (for workers) what they say of themselves   ARGV: name, for how long in ms (0: it signs off),
--   what it says
local up, said, name, alive = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local now = now_ms()
even_when_full()
redis.call('ZADD', up, int(now + alive), name)
if said then redis.call('HSET', said, name, ARGV[3]) end
for _, past in ipairs(redis.call('ZRANGEBYSCORE', up, '-inf', int(now))) do
  redis.call('ZREM', up, past)
  if said then redis.call('HDEL', said, past) end
end
