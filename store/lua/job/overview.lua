-- What everybody who asks how busy we are needs, in one answer. ARGV: all queues (not KEYS: whoever asks may only read
-- them, and the ACL would have it write what a script declares)
-- Returns {running totals as name, value, ..., what the live workers report of themselves, the queues' lengths,
--   the versions of models that jobs wait for and nobody serves, as name, since when, ...}
local alive = redis.call('ZRANGEBYSCORE', key.workers, int(now_ms()), '+inf')
local infos = #alive > 0 and redis.call('HMGET', key.worker_info, unpack(alive)) or {}
local lengths = {}
for i, queue in ipairs(ARGV) do lengths[i] = redis.call('LLEN', queue) end
return { redis.call('HGETALL', key.flow), infos, lengths, redis.call('HGETALL', key.lost_models) }
