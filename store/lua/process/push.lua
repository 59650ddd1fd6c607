-- Adds what a process counted to everybody's numbers, and keeps what it says of itself while it lives.
-- ARGV: name, for how long in ms (0: it signs off), number of this call, what it says, field, how much, ...
-- A call whose answer was lost is made again under its number: it is counted once.
-- For an hour after its end, too: it may be the last one that is made again, or Redis was away in between.
local AFTERWARDS_MS = 3600000
local name, alive, number = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local now = now_ms()
even_when_full()
local told = redis.call('HGET', key.process_info, name)
if not told or string.match(told, '^[^\n]*') ~= number then
  for i = 5, #ARGV, 2 do redis.call('HINCRBY', key.metrics, ARGV[i], ARGV[i + 1]) end
end
redis.call('HSET', key.process_info, name, number .. '\n' .. ARGV[4])
redis.call('ZADD', key.processes, int(now + alive), name)
for _, past in ipairs(redis.call('ZRANGEBYSCORE', key.processes, '-inf', int(now - AFTERWARDS_MS))) do
  redis.call('ZREM', key.processes, past)
  redis.call('HDEL', key.process_info, past)
end
