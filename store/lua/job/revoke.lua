-- Remembers for a while what is revoked, and forgets what no longer is.
-- KEYS: what is revoked   ARGV: for how long in ms, members
local revoked, now = KEYS[1], now_ms()
even_when_full()
for i = 2, #ARGV do redis.call('ZADD', revoked, int(now + tonumber(ARGV[1])), ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', revoked, '-inf', int(now))
local last = redis.call('ZRANGE', revoked, -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', revoked, int(tonumber(last[2]))) end
