-- uses: job
-- Stores a job and its message together, or answers why not.
-- KEYS: queue   ARGV: tenant, id, message, weight, limit, idempotency key or '', digest, key lifetime in ms, check in ms,
--   when it is due in ms or 0, how long it may take from now in ms or '', then field, value, ...
-- Returns {'created', now, mark, place, position, sentences ahead} | {'scheduled', now} | {'seen', id}
--   | {'mismatch', id} | {'exists', digest} | {'full', waiting}
local queue, tenant, id, message, weight = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local limit, idempotency, digest = tonumber(ARGV[5]), ARGV[6], ARGV[7]
local refused = refuse(tenant, weight, 0, idempotency, digest)
if refused then return refused end
local record, task = key.job(tenant, id), join_task(tenant, id)
if redis.call('EXISTS', record) == 1 then return { 'exists', redis.call('HGET', record, 'digest') or '' } end
local now, due = now_ms(), tonumber(ARGV[10])
refused = refuse(tenant, weight, limit, '', '', due > now)
if refused then return refused end
local fields = {
  'attempt', 1, 'strikes', 0, 'weight', weight, 'created_at', int(now), 'digest', digest, unpack(arguments(12))
}
local asked = {}
for i = 12, #ARGV, 2 do asked[ARGV[i]] = ARGV[i + 1] end
if ARGV[11] ~= '' then
  asked.deadline_at = int(now + tonumber(ARGV[11]))
  fields[#fields + 1], fields[#fields + 2] = 'deadline_at', asked.deadline_at
end
forget_left(tenant, id)
redis.call('ZADD', key.jobs(tenant), int(now), id)
if asked.restaurant then redis.call('ZADD', key.restaurant(tenant, asked.restaurant), int(now), id) end
if asked.author then redis.call('ZADD', key.author(tenant, asked.author), int(now), id) end
local look = math.min(math.max(due, now) + tonumber(ARGV[9]), tonumber(asked.deadline_at or math.huge))
redis.call('ZADD', key.live, int(look), task)
if idempotency ~= '' then
  redis.call('SET', key.idempotency(tenant, idempotency), digest .. ' ' .. id, 'PX', ARGV[8])
end
if due > now then
  schedule(tenant, id, queue, message, weight, due, fields)
  return { 'scheduled', int(now) }
end
local mark, place = enqueue(tenant, id, queue, weight, now, fields)
redis.call('LPUSH', queue, message)
local position, ahead = standing(queue, mark, place)
return { 'created', int(now), mark, place, position, ahead }
