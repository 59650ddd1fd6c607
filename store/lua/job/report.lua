-- A process's heartbeat, valid for a while. Others whose time is over were killed and are forgotten.
-- KEYS: who is up, then (for workers) what they say of themselves, a hash each   ARGV: name, for how long in ms (0: it
--   signs off), what it says, for each hash
local up, name, alive = KEYS[1], ARGV[1], tonumber(ARGV[2])
local now = now_ms()
even_when_full()
redis.call('ZADD', up, int(now + alive), name)
for i = 2, #KEYS do redis.call('HSET', KEYS[i], name, ARGV[i + 1]) end
for _, past in ipairs(redis.call('ZRANGEBYSCORE', up, '-inf', int(now))) do
  redis.call('ZREM', up, past)
  for i = 2, #KEYS do redis.call('HDEL', KEYS[i], past) end
end
