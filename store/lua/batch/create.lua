-- Stores a batch, its chunks and their messages together.
-- ARGV: tenant, id, weight, limit, idempotency key or '', digest, key lifetime in ms, check_ms, number of batch fields,
--       field, value, ..., then per chunk: task, id, message, weight, lines, text, options, ttl_ms
-- Returns {'created', now} | {'seen', id} | {'mismatch', id} | {'full', waiting}
local tenant, id, weight, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local stored = redis.call('HGET', 'kritiq:' .. tenant .. ':batch:' .. id, 'created_at')
-- The same call again, after its answer was lost on the way.
if stored then return { 'created', stored } end
local refused = refuse(tenant, weight, limit, ARGV[5], ARGV[6])
if refused then return refused end
local now, queue, check, count = now_ms(), 'kritiq.bulk', tonumber(ARGV[8]), tonumber(ARGV[9])
local fields = {}
for i = 10, 9 + count do fields[#fields + 1] = ARGV[i] end
local key = 'kritiq:' .. tenant .. ':batch:' .. id
local chunks = 0
for i = 10 + count, #ARGV, 8 do
  local task, chunk, w = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 3])
  local mark, place = count_in(queue, w)
  redis.call('HSET', record_key(tenant, chunk), 'status', 'queued', 'version', 1, 'attempt', 1, 'strikes', 0,
    'weight', w, 'created_at', int(now), 'queued_at', int(now), 'queue', queue, 'queue_mark', mark,
    'queue_place', place, 'priority', 'bulk', 'tenant', tenant, 'batch', id, 'lines', ARGV[i + 4],
    'text', ARGV[i + 5], 'options', ARGV[i + 6], 'ttl_ms', ARGV[i + 7])
  redis.call('ZADD', 'kritiq:live', int(now + check), task)
  redis.call('LPUSH', queue, ARGV[i + 2])
  chunks = chunks + 1
end
redis.call('HSET', key, 'status', 'running', 'version', 1, 'created_at', int(now), 'chunks', chunks,
  'chunks_left', chunks, unpack(fields))
redis.call('ZADD', 'kritiq:' .. tenant .. ':batches', int(now), id)
if ARGV[5] ~= '' then redis.call('SET', idempotency_key(tenant, ARGV[5]), ARGV[6] .. ' ' .. id, 'PX', ARGV[7]) end
return { 'created', int(now) }
