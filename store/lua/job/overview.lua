-- What everybody who asks how busy we are needs, in one answer.
-- Returns {running totals as name, value, ..., what the live workers say of themselves}
local alive = redis.call('ZRANGEBYSCORE', 'kritiq:workers', int(now_ms()), '+inf')
local said = #alive > 0 and redis.call('HMGET', 'kritiq:worker-info', unpack(alive)) or {}
return { redis.call('HGETALL', 'kritiq:flow'), said }
