-- What everybody who asks how busy we are needs, in one answer.
-- Returns {running totals as name, value, ..., what the live workers report of themselves}
local alive = redis.call('ZRANGEBYSCORE', key.workers, int(now_ms()), '+inf')
local infos = #alive > 0 and redis.call('HMGET', key.worker_info, unpack(alive)) or {}
return { redis.call('HGETALL', key.flow), infos }
