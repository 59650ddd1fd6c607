-- uses: cache
-- Remembers judgements, and forgets those that were used longest ago when there are more than `most` then.
-- ARGV: most, lifetime in s, digest, judgement, ...
local most, lifetime, now = tonumber(ARGV[1]), ARGV[2], now_ms()
for i = 3, #ARGV, 2 do
  redis.call('SET', key.cache(ARGV[i]), ARGV[i + 1], 'EX', lifetime)
  redis.call('ZADD', key.cache_uses, int(now), ARGV[i])
end
-- What was used last so long ago is not there any more.
redis.call('ZREMRANGEBYSCORE', key.cache_uses, '-inf', int(now - lifetime * 1000))
redis.call('EXPIRE', key.cache_uses, lifetime)
local over = redis.call('ZCARD', key.cache_uses) - most
-- A limit that was lowered is reached in steps, so that no call holds Redis for long.
if over > 0 then forget_oldest(math.min(over, 1000 + #ARGV)) end
