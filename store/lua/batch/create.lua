-- uses: job, usage, allowance, idempotency
-- Stores a batch, its chunks and their messages together.
-- KEYS: queue   ARGV: tenant, id, weight, limit, idempotency key or '', digest, key lifetime in ms,
--   when it is due in ms or 0, restaurant or '', what the organisation may have waiting, on one day and in bytes, bytes of the
--   batch and all chunks, what it tries again or '', number of batch fields, field, value, ..., number of fields of all chunks, field, value, ...,
--   then number of authors, digest, chunks, ..., then per chunk:
--   id, message, weight, lines, bytes, text or '' for one that `batch/stage` keeps, and where its lines name another model
--   than the batch's its request and that model, else '' and ''
-- Returns {'created', now, status} | {'seen', id, digest} | {'mismatch', id, digest} | {'full', waiting} | {'late'}: no longer kept
--   | {'tried', id}: what it would try again is tried by that one
--   | {'keys', ms until some idempotency keys are over} | {'own', waiting, most} | {'ahead', scheduled, most} | {'day', accepted, most, ms until the next} | {'bytes', stored, most, ms until some go, its own}
local tenant, id, weight, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local record = key.batch(tenant, id)
local stored = get(record, 'created_at', 'status')
-- The same call again, after its answer was lost on the way.
if stored.created_at then return { 'created', stored.created_at, stored.status } end
local now, queue, due = now_ms(), KEYS[1], tonumber(ARGV[8])
local later = due > now
local flow = totals()
local refused = repeated(tenant, ARGV[5], ARGV[6]) or tried(tenant, ARGV[14], now) or full(weight, limit, later, flow)
  or refuse_own(tenant, weight, ARGV[13], ARGV[10], ARGV[11], ARGV[12], now, later)
  or too_many_keys(tenant, ARGV[5], ARGV[6], id, now)
if refused then return refused end
local last = 15 + tonumber(ARGV[15])
local fields = arguments(16, last)
local first = last + 2
last = last + 1 + tonumber(ARGV[last + 1])
local shared = arguments(first, last)
local authors = last + 2
last = last + 1 + 2 * tonumber(ARGV[last + 1])
for i = last + 1, #ARGV, 8 do
  if ARGV[i + 5] == '' and redis.call('HEXISTS', key.job(tenant, ARGV[i]), 'text') == 0 then return { 'late' } end
end
-- No call takes more than some 8,000 arguments.
for i = authors, last, 4000 do
  redis.call('HSET', key.batch_authors(tenant, id), unpack(arguments(i, math.min(i + 3999, last))))
end
use_request(tenant, now, ARGV[9], weight)
count_stored(tenant, ARGV[13])
local chunks = 0
for i = last + 1, #ARGV, 8 do
  local chunk, w = ARGV[i], tonumber(ARGV[i + 2])
  local own = joined({
    'attempt', 1, 'strikes', 0, 'weight', w, 'created_at', int(now), 'batch', id, 'lines', ARGV[i + 3],
    'bytes', ARGV[i + 4]
  }, shared)
  if ARGV[i + 5] == '' then
    redis.call('PERSIST', key.job(tenant, chunk))
  else
    own[#own + 1], own[#own + 2] = 'text', ARGV[i + 5]
  end
  if ARGV[i + 7] ~= '' then joined(own, { 'request', ARGV[i + 6], 'wants', ARGV[i + 7] }) end
  if later then
    schedule(tenant, chunk, queue, ARGV[i + 1], w, due, own)
  else
    enqueue(tenant, chunk, queue, w, now, own, false, NEW)
    put_in(tenant, queue, ARGV[i + 1])
  end
  redis.call('ZADD', key.live, int(NEVER_MS), join_task(tenant, chunk))
  chunks = chunks + 1
end
local status = later and 'scheduled' or 'running'
announce(join_task(tenant, id), transition(record, BATCH_TRANSITIONS, status, fields), status)
redis.call('HSET', record, 'created_at', int(now), 'chunks', chunks, 'chunks_left', chunks)
redis.call('ZADD', key.batches(tenant), int(now), id)
note_try(tenant, ARGV[14], id, record, now)
if ARGV[5] ~= '' then remember_key(tenant, ARGV[5], ARGV[6] .. ' ' .. id, now, ARGV[7]) end
return { 'created', int(now), status }
