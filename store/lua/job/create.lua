-- Stores a job and its message together, or answers why not.
-- KEYS: queue   ARGV: task, tenant, id, message, weight, limit, idempotency key or '', digest, key lifetime in ms,
--                     check_ms, then field, value, ...
-- Returns {'created', now, mark, place, position, sentences ahead} | {'seen', id} | {'mismatch', id} | {'exists', digest} | {'full', waiting}
local task, tenant, id, message, weight = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local limit, idem, digest = tonumber(ARGV[6]), ARGV[7], ARGV[8]
local refused = refuse(tenant, weight, 0, idem, digest)
if refused then return refused end
local key = record_key(tenant, id)
if redis.call('EXISTS', key) == 1 then return { 'exists', redis.call('HGET', key, 'digest') or '' } end
refused = refuse(tenant, weight, limit, '', '')
if refused then return refused end
local queue = KEYS[1]
local now = now_ms()
local fields = {}
for i = 11, #ARGV do fields[#fields + 1] = ARGV[i] end
local mark, place = count_in(queue, weight)
redis.call('HSET', key, 'status', 'queued', 'version', 1, 'attempt', 1, 'strikes', 0, 'weight', weight,
  'created_at', int(now), 'queued_at', int(now), 'queue', queue, 'queue_mark', mark, 'queue_place', place, 'digest', digest, unpack(fields))
redis.call('ZADD', 'kritiq:' .. tenant .. ':jobs', int(now), id)
local job = get(key, 'restaurant', 'deadline_at')
if job.restaurant then redis.call('ZADD', 'kritiq:' .. tenant .. ':restaurant:' .. job.restaurant, int(now), id) end
local look = math.min(now + tonumber(ARGV[10]), tonumber(job.deadline_at or math.huge))
redis.call('ZADD', 'kritiq:live', int(look), task)
if idem ~= '' then redis.call('SET', idempotency_key(tenant, idem), digest .. ' ' .. id, 'PX', ARGV[9]) end
redis.call('LPUSH', queue, message)
local position, ahead = standing(queue, mark, place)
return { 'created', int(now), mark, place, position, ahead }
