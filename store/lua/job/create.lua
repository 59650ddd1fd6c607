-- uses: job, delivery_forget, usage, allowance, idempotency
-- Stores a job and its message together, or answers why not.
-- KEYS: queue   ARGV: tenant, id, message, weight, limit, idempotency key or '', digest that the key is bound to, key
--   lifetime in ms,
--   when it is due in ms or 0, how long it may take from now in ms or '', what the organisation
--   may have waiting, on one day and in bytes, what it tries again or '', then field, value, ...
-- Returns {'created', now, mark, place, position, sentences ahead} | {'scheduled', now} | {'seen', id, digest}
--   | {'mismatch', id, digest} | {'tried', id}: what it would try again is tried by that one | {'exists', digest} | {'full', waiting}
--   | {'keys', ms until some idempotency keys are over} | {'own', waiting, most} | {'ahead', scheduled, most} | {'day', accepted, most, ms until the next} | {'bytes', stored, most, ms until some go, its own}
local queue, tenant, id, message, weight = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local limit, idempotency, digest = tonumber(ARGV[5]), ARGV[6], ARGV[7]
local refused = repeated(tenant, idempotency, digest)
if refused then return refused end
local record, task = key.job(tenant, id), join_task(tenant, id)
if redis.call('EXISTS', record) == 1 then return { 'exists', redis.call('HGET', record, 'digest') or '' } end
local now, due, flow = now_ms(), tonumber(ARGV[9]), totals()
local asked = {}
for i = 15, #ARGV, 2 do asked[ARGV[i]] = ARGV[i + 1] end
refused = tried(tenant, ARGV[14], now) or full(weight, limit, due > now, flow)
  or refuse_own(tenant, weight, asked.bytes, ARGV[11], ARGV[12], ARGV[13], now, due > now)
  or too_many_keys(tenant, idempotency, digest, id, now)
if refused then return refused end
local at = int(now)
local fields = {
  'attempt', 1, 'strikes', 0, 'weight', weight, 'created_at', at, unpack(ARGV, 15)
}
if ARGV[10] ~= '' then
  asked.deadline_at = int(now + tonumber(ARGV[10]))
  fields[#fields + 1], fields[#fields + 2] = 'deadline_at', asked.deadline_at
end
forget_left(tenant, id)
use_request(tenant, now, asked.restaurant, weight)
count_stored(tenant, asked.bytes)
redis.call('ZADD', key.jobs(tenant), at, id)
if asked.restaurant then redis.call('ZADD', key.restaurant(tenant, asked.restaurant), at, id) end
if asked.author then redis.call('ZADD', key.author(tenant, asked.author), at, id) end
redis.call('ZADD', key.live, asked.deadline_at or int(NEVER_MS), task)
if idempotency ~= '' then remember_key(tenant, idempotency, digest .. ' ' .. id, now, ARGV[8]) end
if due > now then
  schedule(tenant, id, queue, message, weight, due, fields)
  note_try(tenant, ARGV[14], id, record, now)
  return { 'scheduled', at }
end
local mark, place = enqueue(tenant, id, queue, weight, now, fields, false, NEW)
put_in(tenant, queue, message)
note_try(tenant, ARGV[14], id, record, now)
local position, ahead = standing(tenant, flow, queue, mark, place)
return { 'created', at, mark, place, position, ahead }
