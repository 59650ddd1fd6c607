-- Notes which versions jobs wait for and no worker serves, each since when. What is not named is not lost any more.
-- ARGV: how long that is known in ms, then the versions   Returns since when, in ms, in their order.
local now, named, since = int(now_ms()), {}, {}
even_when_full()
for i = 2, #ARGV do
  named[ARGV[i]] = true
  redis.call('HSETNX', key.lost_models, ARGV[i], now)
  since[#since + 1] = redis.call('HGET', key.lost_models, ARGV[i])
end
for _, version in ipairs(redis.call('HKEYS', key.lost_models)) do
  if not named[version] then redis.call('HDEL', key.lost_models, version) end
end
redis.call('PEXPIRE', key.lost_models, ARGV[1])
return since
