-- Adds what a process counted to everybody's numbers, and keeps what it says of itself while it lives.
-- ARGV: name, for how long in ms (0: it signs off), how long after that it is known, number of this call, what it says,
--   field, how much, ...
-- A call whose answer was lost is made again under its number: it is counted once, also after its time, for it may be the
-- last one that is made again, or Redis was away in between.
local name, alive, afterwards, number, about = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local now = now_ms()
even_when_full()
local told = redis.call('HGET', key.process_info, name)
if not told or string.match(told, '^[^\n]*') ~= number then
  for i = 6, #ARGV, 2 do redis.call('HINCRBY', key.metrics, ARGV[i], ARGV[i + 1]) end
end
redis.call('HSET', key.process_info, name, number .. '\n' .. about)
redis.call('ZADD', key.processes, int(now + alive), name)
for _, past in ipairs(redis.call('ZRANGEBYSCORE', key.processes, '-inf', int(now - afterwards))) do
  redis.call('ZREM', key.processes, past)
  redis.call('HDEL', key.process_info, past)
end
