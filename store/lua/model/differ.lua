-- Keeps of an ended job or chunk on which of its sentences two versions of a model differ: in its record, as long as that.
-- ARGV: tenant, id, attempt, alias, what differs, most jobs of an organisation and alias   Returns 1 when it is kept
local tenant, id, alias, most = ARGV[1], ARGV[2], ARGV[4], tonumber(ARGV[6])
local record, index = key.job(tenant, id), key.differing(tenant, alias)
local job = get(record, 'status', 'attempt')
if job.status ~= 'succeeded' or job.attempt ~= ARGV[3] then return 0 end
redis.call('HSET', record, 'differs', ARGV[5], 'differs_of', alias)
redis.call('ZADD', index, int(now_ms()), id)
local over = redis.call('ZCARD', index) - most
for _, old in ipairs(over > 0 and redis.call('ZRANGE', index, 0, over - 1) or {}) do
  redis.call('HDEL', key.job(tenant, old), 'differs', 'differs_of')
  redis.call('ZREM', index, old)
end
return 1
