-- Calls a batch off: chunks that wait end at once, chunks that run when their worker looks.
-- ARGV: tenant, id   Returns {'missing'} | {'ended', status} | {'canceled'}
local tenant, id = ARGV[1], ARGV[2]
local key = 'kritiq:' .. tenant .. ':batch:' .. id
local batch = get(key, 'status', 'chunks')
if not batch.status then return { 'missing' } end
if batch.status == 'canceled' then return { 'canceled' } end
if batch.status ~= 'running' then return { 'ended', batch.status } end
local now = now_ms()
redis.call('HSET', key, 'cancel_requested', '1')
redis.call('HINCRBY', key, 'version', 1)
for n = 0, tonumber(batch.chunks) - 1 do
  local chunk = id .. '.' .. n
  local own = get(record_key(tenant, chunk), 'status', 'queue', 'weight')
  if own.status == 'queued' then
    leave(record_key(tenant, chunk), own.queue, own.weight)
    finish(join_task(tenant, chunk), tenant, chunk, 'canceled', now, nil, 'The batch was canceled.')
  elseif own.status == 'running' then
    redis.call('HSET', record_key(tenant, chunk), 'cancel_requested', '1')
  end
end
return { 'canceled' }
