-- uses: lists
-- A process's heartbeat, valid for a while. Others whose time is over were killed and are forgotten.
-- KEYS: who is up, then (for workers) what they say of themselves, a hash each   ARGV: name, for how long in ms (0: it
--   signs off), what it says, for each hash
local up, name, alive = KEYS[1], ARGV[1], tonumber(ARGV[2])
local now = now_ms()
even_when_full()
redis.call('ZADD', up, int(now + alive), name)
-- Whether workers' models, which are the second hash, are not as they were.
local changed = false
for i = 2, #KEYS do
  if i == 3 then changed = redis.call('HGET', KEYS[i], name) ~= ARGV[i + 1] end
  redis.call('HSET', KEYS[i], name, ARGV[i + 1])
end
for _, past in ipairs(redis.call('ZRANGEBYSCORE', up, '-inf', int(now))) do
  redis.call('ZREM', up, past)
  changed = true
  for i = 2, #KEYS do redis.call('HDEL', KEYS[i], past) end
end
if #KEYS == 3 and changed then announce_list('*', 'models') end
