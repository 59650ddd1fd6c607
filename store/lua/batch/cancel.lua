-- uses: job_end
-- Calls a batch off: chunks that wait end at once, chunks that run when their worker looks.
-- ARGV: tenant, id   Returns {'missing'} | {'ended', status} | {'canceled'}
local tenant, id = ARGV[1], ARGV[2]
local record = key.batch(tenant, id)
even_when_full()
local batch = get(record, 'status', 'chunks')
if not batch.status then return { 'missing' } end
if batch.status == 'canceled' then return { 'canceled' } end
if batch.status == 'completed' then return { 'ended', batch.status } end
if redis.call('HSET', record, 'cancel_requested', '1') == 0 then return { 'canceled' } end
announce(join_task(tenant, id), redis.call('HINCRBY', record, 'version', 1), batch.status)
for n = 0, tonumber(batch.chunks) - 1 do
  local chunk = id .. '.' .. n
  local status = redis.call('HGET', key.job(tenant, chunk), 'status')
  if status == 'queued' or status == 'scheduled' then
    finish_waiting(tenant, chunk, 'canceled', now_ms(), 'The batch was canceled.')
  elseif status == 'running' then
    redis.call('HSET', key.job(tenant, chunk), 'cancel_requested', '1')
  end
end
return { 'canceled' }
