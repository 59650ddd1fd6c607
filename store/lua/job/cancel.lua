-- Calls a job off: at once while it waits, by request while an attempt holds it.
-- ARGV: task, tenant, id   Returns {'missing'} | {'ended', status} | {'canceled'} | {'requested'}
local task, tenant, id = ARGV[1], ARGV[2], ARGV[3]
even_when_full()
local key = record_key(tenant, id)
local status = redis.call('HGET', key, 'status')
if not status then return { 'missing' } end
if status == 'canceled' then return { 'canceled' } end
if TERMINAL[status] then return { 'ended', status } end
if status == 'running' then
  if redis.call('HSET', key, 'cancel_requested', '1') == 1 then
    announce(task, redis.call('HINCRBY', key, 'version', 1), status)
  end
  return { 'requested' }
end
local job = get(key, 'queue', 'weight')
leave(key, job.queue, job.weight)
finish(task, tenant, id, 'canceled', now_ms(), nil, 'The job was canceled.')
return { 'canceled' }
